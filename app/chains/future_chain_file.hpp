// A chain of futures as a universe file holds it: file_date,expiry,...,close,volume,open_interest, the previous session's
// figures to choose from on file_date.
//
// expiry is a date, or a month as YYYYMM: then the last day of trading is taken to be the month's third Friday, as of futures on
// stock indices.
#pragma once

#include <filesystem>

#include "actors/instrument_resolver/chain.hpp"

namespace tally {

// Throws InputError.
instruments::FutureChain read_future_chain(const std::filesystem::path& file, const std::string& underlying,
                                           instruments::Day today);

// "2013-12-20", or "201312" as above. Throws ZoneError.
instruments::Day last_day_of(std::string_view expiry);

}  // namespace tally
