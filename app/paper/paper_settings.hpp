// How strategies are tried on paper, and what weights follow from it (docs/scoreboard.md). Without the section `paper` of a
// profile it is as it stands here.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "messages/decimal.hpp"

namespace tally {

struct PaperSettings {
  Money capital = Money::whole(100'000);                // of each strategy and product
  Ratio risk_fraction = Ratio::from_units(20'000'000);   // 0.02
  Ratio leverage_max = Ratio::whole(1);
  std::string zone = "Europe/Oslo";                      // whose days returns are of
  std::int64_t periods_per_year = 365;
  std::int64_t prior_days = 60;                          // of evidence that speaks for nothing
  Ratio weight_floor = Ratio::from_units(20'000'000);    // 0.02
  Ratio weight_cap = Ratio::from_units(400'000'000);     // 0.4
  Ratio weight_change = Ratio::from_units(100'000'000);  // 0.1, from one day to the next
};
BOOST_DESCRIBE_STRUCT(PaperSettings, (),
                      (capital, risk_fraction, leverage_max, zone, periods_per_year, prior_days, weight_floor, weight_cap, weight_change))

}  // namespace tally
