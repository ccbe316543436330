#include "app/strategies/strategy_log.hpp"

#include "app/shard_names.hpp"

namespace tally {

Symbol strategies_shard_name() { return Symbol(strategies_name); }

StrategyLog::StrategyLog(std::shared_ptr<Journal> journal) : journal_(std::move(journal)), end_(journal_->end(strategies_shard_name())) {
  for_each_entry(*journal_, strategies_shard_name(), 1, end_, [this](const Entry& entry) {
    term_ = entry.term + 1;
    for (const Event& event : entry.events) {
      sequences_[event.stream.key] = event.stream_sequence;
      recorded_.push_back(event.body);
    }
  });
}

void StrategyLog::append(SignalSourceId strategy, Message fact, Time at, Time recorded_at) {
  Entry entry;
  entry.offset = entry.correlation = ++end_;
  entry.term = term_;
  entry.at = at;
  entry.recorded_at = recorded_at;
  entry.producer = "bars";
  entry.events.push_back({{EntityKind::strategy, strategy.symbol()}, ++sequences_[strategy.symbol()], std::move(fact)});
  journal_->append(strategies_shard_name(), entry);
}

void StrategyLog::wait() { journal_->wait_committed(strategies_shard_name(), end_); }

}  // namespace tally
