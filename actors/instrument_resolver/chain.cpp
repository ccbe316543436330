#include "actors/instrument_resolver/chain.hpp"

#include "actors/calendar/zone.hpp"

namespace tally::instruments {

std::string name_of(const OptionChain& chain, const OptionRow& row) {
  return std::string(chain.underlying.text()) + "-" + date_text(row.expiry) + (row.right == Right::call ? "-C-" : "-P-") +
         row.strike.text();
}

std::string name_of(const FutureChain& chain, const FutureRow& row) { return chain.underlying + "-" + date_text(row.expiry); }

}  // namespace tally::instruments
