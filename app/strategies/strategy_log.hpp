// The shard in which strategies say what they want: versions, switches, intents. One entry a fact, each an outside input of its
// strategy's stream; nothing else is decided there.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "persistence/journal.hpp"

namespace tally {

class StrategyLog {
 public:
  explicit StrategyLog(std::shared_ptr<Journal> journal);

  // Everything that was recorded, in order. Empty after the first call.
  std::vector<Message> take_recorded() { return std::move(recorded_); }

  // Sequences one fact of `strategy`, at that moment. Not durable before wait().
  void append(SignalSourceId strategy, Message fact, Time at, Time recorded_at);
  void wait();

 private:
  std::shared_ptr<Journal> journal_;
  std::vector<Message> recorded_;
  std::map<Symbol, std::uint64_t> sequences_;   // of the streams
  Offset end_ = 0;
  std::uint64_t term_ = 1;
};

Symbol strategies_shard_name();

}  // namespace tally
