// One strategy at work in a node: its file, what was recorded of it, and the fold over its bars.
#pragma once

#include <functional>
#include <set>

#include "actors/strategy/strategy.hpp"
#include "app/strategies/strategy_checkpoint.hpp"
#include "app/strategies/strategy_setting.hpp"
#include "app/strategies/strategy_watch.hpp"
#include "messages/market.hpp"

namespace tally {

class StrategyMember {
 public:
  // The bars of the tape that a version learns from: those that closed no later than `after`.
  using Learn = std::function<std::vector<AnchorBar>(const StrategyVersionAdopted&)>;
  using Record = std::function<void(const Message&)>;   // throws where a fact cannot be recorded

  // Loads the file. Throws StrategyFileError, and std::invalid_argument where a role is bound to nothing.
  explicit StrategyMember(const StrategySetting& setting);

  SignalSourceId name() const { return name_; }
  const std::string& file() const { return file_; }
  Strategy& strategy() { return strategy_; }
  const Strategy& strategy() const { return strategy_; }
  std::int64_t anchor_ns() const { return strategy_.program()->anchor_ns; }

  // ---- from what was recorded to where it was
  void forget();                                         // everything but the file
  void restore(const StrategyCheckpoint::Member& kept);  // throws where it cannot be
  StrategyCheckpoint::Member checkpoint() const;
  void take_fact(const Message& fact);                   // of this strategy, in the order in which they were recorded
  bool is_new() const { return strategy_.version() == 0 && !first_; }
  StrategyVersionAdopted first_version(Time after) const;
  const StrategyIntent* last_recorded() const { return recorded_.empty() ? nullptr : &recorded_.back(); }
  // A version or switch was recorded at a bar that the restored state has behind it: it must be folded from the beginning.
  bool overtaken() const;
  void start(const Learn& learn);
  // Every bar that was there was taken: from here on the file may be another version. `as_filed`: it is one if it says something
  // else.
  void caught_up(bool as_filed, const Learn& learn, const Record& record);

  // ---- at work
  // Intents of the bar, in order. Facts come between the bars where they came the first time, a new version of the file between
  // two moments.
  std::vector<StrategyIntent> take(const BarObserved& bar, const Learn& learn, const Record& record);
  void between_bars(const Learn& learn, const Record& record);
  StrategySwitched switching(const IdempotencyKey& key, OperatorId by, bool running) const;
  bool was_switched(const IdempotencyKey& key) const { return switch_keys_.contains(std::string(key.text())); }
  void switched(const StrategySwitched& fact);
  // Looks at the file. `as_filed`: what it says is the next version even where it did not change since the last look.
  void poll(bool as_filed);

  std::vector<std::pair<StrategyBinding, Direction>> roles() const;
  const std::vector<std::string>& mistakes() const { return mistakes_; }

  std::uint64_t late_openings = 0;
  std::uint64_t other_bars = 0;

 private:
  void adopt(const StrategyVersionAdopted& version, const Learn& learn);
  void take_due(std::int64_t closed_at, const Learn& learn);
  bool file_differs() const;

  StrategyWatch watch_;
  std::string file_;
  std::vector<StrategyBinding> bind_;
  SignalSourceId name_;
  Strategy strategy_;
  std::optional<StrategyVersionAdopted> first_;
  std::optional<StrategyVersionAdopted> running_;  // the version that runs
  std::vector<Message> to_come_;                   // versions and switches that the tape has not reached, last first
  Time began_after_{INT64_MIN};                    // bars up to here taught the first version in silence
  std::vector<StrategyIntent> recorded_;           // while it catches up
  strategy::ProgramPtr next_;                      // a file's new content, for the next boundary between moments
  std::vector<std::string> mistakes_;              // why the file as it is now was not taken
  std::set<std::string> switch_keys_;
};

}  // namespace tally
