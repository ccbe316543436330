#include "app/strategies/strategy_facts.hpp"

#include "app/shard_names.hpp"

namespace tally {
namespace {

bool is_strategy_fact(const Event& event) {
  return std::holds_alternative<StrategyIntent>(event.body) || std::holds_alternative<StrategySwitched>(event.body) ||
         std::holds_alternative<StrategyVersionAdopted>(event.body);
}

void take(const Journal& journal, Symbol shard, Offset from, Offset to, std::vector<Message>& facts) {
  for_each_entry(journal, shard, from, to, [&](const Entry& entry) {
    if (!entry.is_input()) return;
    for (const Event& event : entry.events)
      if (is_strategy_fact(event)) facts.push_back(event.body);
  });
}

}  // namespace

StrategyFacts strategy_facts(const Journal& journal, Symbol account, Offset after) {
  StrategyFacts found;
  const Symbol older(strategies_name);
  if (after == 0) take(journal, older, 1, journal.end(older), found.facts);
  found.through = journal.end(account);
  take(journal, account, after + 1, found.through, found.facts);
  return found;
}

}  // namespace tally
