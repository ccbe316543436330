// The strategies of an account that runs here. Bars come from the venue's tape, wherever the venue is; what strategies say goes
// into the account's own log, an intent in one entry with its signal:
//
//   BarTape --bars, durable, in order--> StrategyMember --[signal, intent]--> the account's inlet --> its log
//
// An intent names the market data tape and the record that its bar came from, where a node followed one; else the venue's shard
// and the bar's entry.
//
// Laws
//  - Whoever runs the account runs its strategies. What one leadership said and did not record, the next one says: it takes what
//    is recorded from the log and the tape from its beginning, or from a kept place on, and says only what was not said.
//  - A bar is taken after everything that was said of the ones before stands in the log. An intent whose entry nobody knows to
//    be there is decided anew, once the log says what is there.
//  - An opening of a bar that closed more than two bars ago is late: recorded without a signal. A flat never is.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/host/live/node.hpp"
#include "app/strategies/strategy_member.hpp"
#include "app/venue/bar_tape.hpp"

namespace tally {

struct StrategyStatus {
  SignalSourceId strategy;
  std::uint64_t version = 0;             // 0: what was recorded is still being read
  bool running = true;
  std::string file;
  std::vector<std::pair<StrategyBinding, Direction>> roles;
  Time moment;                           // the last that was judged; ns INT64_MIN before the first bar
  Strategy::Counts counts;
  std::uint64_t late_openings = 0;       // said, too late to be sent
  std::uint64_t other_bars = 0;          // of its products, of another length than its anchor
  std::vector<std::string> mistakes;     // why the file as it is now was not taken
};

// A fact that the account's log did not take, or of which nobody knows whether it did (UNKNOWN).
struct NotRecorded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class StrategyRunner {
 public:
  struct Ports {
    std::shared_ptr<const Journal> journal;
    Symbol account;
    std::shared_ptr<BarTape> bars;
    // One entry of the account's log; answered when it is durable, refused, or nobody knows.
    std::function<std::future<Outcome>(std::vector<Message>, const std::string& producer)> record;
    std::function<Time()> now;
    // Whether a file that says something else than the version that was recorded is adopted at the start. Where the account moves
    // between machines it is not: an old copy on one of them would go before what runs.
    bool files_at_start = true;
  };
  static constexpr Offset keep_every = 4'096;   // entries of the tape between two kept places

  // Follows on a thread of its own. Throws StrategyFileError where a file is wrong, and std::invalid_argument where a binding is,
  // or two files are of one strategy.
  StrategyRunner(const std::vector<StrategySetting>& settings, Ports ports);
  ~StrategyRunner();

  // Returns when every bar that was on the tape before the call is judged and what was said of it recorded; or cannot be now.
  void settle();

  // The tape's entries up to here are judged, and what was said of them is recorded.
  Offset judged() const;

  // The kill switch, from the very next bar on. False where no such strategy runs here. The same key again changes nothing.
  // Throws NotRecorded.
  bool switch_strategy(SignalSourceId strategy, bool running, const IdempotencyKey& key, OperatorId by);
  // Looks at the files now rather than within a second.
  void reload();
  std::vector<StrategyStatus> status() const;
  std::string trouble() const;   // why bars are not judged at present; empty: they are

 private:
  struct Said {
    StrategyMember* member;
    StrategyIntent intent;
  };

  void run();
  bool step();
  bool begin();
  bool restore(const StrategyCheckpoint& kept);
  void check_tape();
  void take_facts(Offset after);
  void adopt_first();
  void take_piece(const BarTape::Piece& piece);
  void take(const Entry& entry);
  bool record_said();
  bool record_one(const Said& said);
  void record(SignalSourceId strategy, const Message& fact);
  Outcome recorded(std::vector<Message> messages, SignalSourceId strategy);
  bool stopping();
  void start_over(const std::string& why);
  void keep_place();
  void poll_files(bool as_filed);
  void say_trouble(const std::string& why);
  std::vector<AnchorBar> learned(const StrategyVersionAdopted& version);
  StrategyMember* member_of(SignalSourceId strategy);

  const Ports ports_;

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;

  mutable std::mutex mutex_;   // over all that follows
  std::vector<std::unique_ptr<StrategyMember>> members_;
  const StrategyMember::Learn learn_;
  const StrategyMember::Record record_;
  bool begun_ = false;         // what is recorded was taken
  bool caught_up_ = false;     // and the tape up to where it ended then
  std::optional<Offset> settled_log_;   // what was in the log at the start must be committed first
  Offset facts_ = 0;           // of the log, that were taken
  Offset next_ = 1;            // of the tape
  Offset known_end_ = 0;
  Offset kept_at_ = 0;
  EntryPtr last_;              // of the tape, that was taken
  std::deque<Said> said_;      // of the last entry, to be recorded
  std::string trouble_;
  std::int64_t polled_at_ms_ = 0;
  std::thread thread_;         // last: everything else is there when it starts
};

}  // namespace tally
