// Days on which a market is closed.
#pragma once

#include <filesystem>

#include "actors/instrument_resolver/expiry.hpp"

namespace tally {

// The dates of kind `holiday` of one market, in a file with the columns market, date and kind. Throws InputError; also where
// the file knows no such market.
instruments::Holidays read_holidays(const std::filesystem::path& file, const std::string& market);

}  // namespace tally
