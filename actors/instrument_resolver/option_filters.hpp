// What a single option must pass, and in which words it is told that it does not.
#pragma once

#include "actors/instrument_resolver/option_resolver.hpp"

namespace tally::instruments {

inline bool is_older(Time then, Time at, std::int64_t age_ms_max) {
  return static_cast<Int128>(at.ns) - then.ns > static_cast<Int128>(age_ms_max) * ns_per_ms;
}

// Every filter of `rule` that the contract fails, in the table's order.
std::vector<Rejected> failed_filters(const OptionRow& row, const Liquidity& rule, Time at);

// English; `failed` is one that the contract fails.
std::string reason_of(Rejected failed, const OptionRow& row, const Liquidity& rule, Time at);

}  // namespace tally::instruments
