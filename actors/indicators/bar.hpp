// What an indicator sees of a bar: finite doubles, in the units of the series. Indicators advise; no ledger reads them.
#pragma once

namespace tally::indicators {

struct Bar {
  double open = 0, high = 0, low = 0, close = 0, volume = 0;
};

inline double typical_price(const Bar& bar) { return (bar.high + bar.low + bar.close) / 3.0; }

}  // namespace tally::indicators
