// Where a node's strategies were in their tape, so that a start reads only what came since. A row of the journal's cache, which
// may vanish at any time: what is recorded decides, and without the row the tape is read from its beginning.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messages/strategies.hpp"
#include "persistence/journal.hpp"

namespace tally {

struct StrategyCheckpoint {
  struct Member {
    StrategyVersionAdopted version;      // that ran
    std::string state;                   // Strategy::checkpoint()
    Time began_after{INT64_MIN};
    std::uint64_t late_openings = 0;
    std::uint64_t other_bars = 0;
    std::vector<std::string> switch_keys;
  };
  Offset facts = 0;                      // of the account's log: recorded facts up to here are in it
  Offset taken = 0;                      // of the tape: entries up to here are
  EntryPtr last;                         // the last of the tape that was taken, to be told from another tape's; may be null
  std::vector<Member> members;
};

void keep_checkpoint(const Journal& journal, Symbol account, Symbol tape, const StrategyCheckpoint& checkpoint);

// Nothing where there is none, or none that can be read, or it is of a longer log than this one.
std::optional<StrategyCheckpoint> kept_checkpoint(const Journal& journal, Symbol account, Symbol tape);

}  // namespace tally
