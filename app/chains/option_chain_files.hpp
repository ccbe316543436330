// Chains of options as recorded files hold them, and one moment of them.
//
// Minutes: quote bars (ts_utc,right,strike,expiry,bid_close,ask_close ...), stamped with their opening. Known at a moment are
// the bars of that local day that were complete by then: opened at least a minute before. A contract's quote is the closing
// sides of its last such bar; a side that is missing there stays missing. Open interest (ts_utc,right,strike,expiry,
// open_interest) is that day's last figure by then, volume the sum of that day's complete trade bars. The underlying's price is
// the close of its last complete trade bar of that day, known when the bar ended. The chain lists what has a figure
// of open interest or a quote.
//
// Universe files (file_date,expiry,strike,right ... open_interest,implied_volatility,delta): the previous session's figures,
// to choose from on file_date. They have no quotes. An implied volatility of zero says that none was found; the greeks beside it
// are no greeks, so there is no delta.
#pragma once

#include <filesystem>

#include "actors/calendar/zone.hpp"
#include "actors/instrument_resolver/chain.hpp"

namespace tally {

struct OptionChainFiles {
  std::filesystem::path chain;           // minute quotes, or a universe file
  std::filesystem::path underlying;      // minute trade bars; for a universe: file_date,...,close
  std::filesystem::path open_interest;   // of minutes; may be empty
  std::filesystem::path trades;          // of minutes; may be empty
};

// Whether the header is that of a universe file. Throws InputError.
bool is_universe(const std::filesystem::path& chain);

// The chain of `underlying` at `at`, days being those of `zone`; it has no price of the underlying where the file has none.
// Throws InputError.
instruments::OptionChain read_minute_chain(const OptionChainFiles& files, const std::string& underlying, Time at,
                                           const Zone& zone);
instruments::OptionChain read_universe_chain(const OptionChainFiles& files, const std::string& underlying, Time at,
                                             const Zone& zone);

}  // namespace tally
