// What strategies of an account recorded: versions, switches, intents. They stand in the account's own log, each an outside
// input that no entity hears; an intent stands in one entry with the signal that it became, so that neither is ever there
// without the other (docs/decisions/0023-strategies-in-the-accounts-log.md).
#pragma once

#include <memory>
#include <vector>

#include "persistence/journal.hpp"

namespace tally {

struct StrategyFacts {
  std::vector<Message> facts;   // in the order in which they were recorded
  Offset through = 0;           // of the account's log
};

// Those after that entry of the account's log, its sequenced tail included. From the beginning on, what an older node recorded
// in the shard `strategies` comes before.
StrategyFacts strategy_facts(const Journal& journal, Symbol account, Offset after);

}  // namespace tally
