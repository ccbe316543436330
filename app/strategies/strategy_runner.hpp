// The strategies of a running node. Bars come from the venue's journal, which is the tape of every bar that the node was shown:
//
//   venue's journal --committed bars--> Strategy --intent--> strategies' shard --durable--> signal --> account's inlet
//
// An intent names the market data tape and the record that its bar came from, where the node follows one; else the venue's shard
// and the bar's entry.
//
// On start the shard's versions, switches and intents are taken from it and the tape is read from its beginning, so that a
// strategy is what it was; what it says then was never said. The last intent of each role is sent again: where the account heard
// it, that is a retry. An opening of a bar that closed more than two bars ago is late and not sent; a flat never is.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "actors/strategy/strategy.hpp"
#include "app/strategies/strategy_log.hpp"
#include "app/strategies/strategy_setting.hpp"
#include "app/strategies/strategy_watch.hpp"
#include "messages/market.hpp"

namespace tally {

struct StrategyStatus {
  SignalSourceId strategy;
  std::uint64_t version = 0;
  bool running = true;
  std::string file;
  std::vector<std::pair<StrategyBinding, Direction>> roles;
  Time moment;                           // the last that was judged; ns INT64_MIN before the first bar
  Strategy::Counts counts;
  std::uint64_t late_openings = 0;       // said, too late to be sent
  std::uint64_t other_bars = 0;          // of its products, of another length than its anchor
  std::vector<std::string> mistakes;     // why the file as it is now was not taken
};

class StrategyRunner {
 public:
  struct Shards {
    Symbol account;
    Symbol venue;
  };
  // Hands a signal in; returns when it is accepted or refused.
  using Send = std::function<void(const SendSignal&, const std::string& producer)>;

  // Recovers, then follows the venue's bars on a thread of its own. Throws StrategyFileError where a file is wrong, and
  // std::invalid_argument where a binding is, or two files are of one strategy.
  StrategyRunner(std::vector<StrategySetting> settings, std::shared_ptr<Journal> journal, Shards shards, Send send,
                 std::function<Time()> now);
  ~StrategyRunner();

  // Bars may have been committed.
  void notify();
  // Returns when every bar that was committed before the call is judged and its signals are handed in.
  void settle();

  // The kill switch, from the very next bar on. False where no such strategy runs here. The same key again changes nothing.
  bool switch_strategy(SignalSourceId strategy, bool running, const IdempotencyKey& key, OperatorId by);
  // Looks at the files now rather than within a second.
  void reload();
  std::vector<StrategyStatus> status() const;

 private:
  struct Member;

  void recover();
  void run();
  void follow(Offset upto);
  void take(Member& member, const BarObserved& bar, TapePlace place);
  void feed(Member& member, std::span<const AnchorBar> bars, const TapePlace& place);
  void say(Member& member, StrategyIntent intent, const TapePlace& place);
  void send_said();
  void poll_files();
  void adopt(Member& member, const StrategyVersionAdopted& version);
  std::vector<AnchorBar> tape_of(const StrategyVersionAdopted& version) const;
  void record(SignalSourceId strategy, Message fact);

  const std::shared_ptr<Journal> journal_;
  const Shards shards_;
  const Send send_;
  const std::function<Time()> now_;

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;

  mutable std::mutex mutex_;   // over all that follows
  StrategyLog log_;
  std::vector<std::unique_ptr<Member>> members_;
  Offset next_ = 1;            // of the venue's journal
  std::int64_t polled_at_ms_ = 0;
  struct Said {
    Member* member;
    StrategyIntent intent;
    bool again = false;        // was recorded before this start, and may have been sent
  };
  std::vector<Said> said_;     // recorded, to be sent
  std::thread thread_;         // last: everything else is there when it starts
};

}  // namespace tally
