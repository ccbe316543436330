// Follows a tape beside the process that records it, and shows its bars to a node, one after the other:
//
//   tape --record--> FeedBars --bar--> node: prices, time, venue's shard (producer "tape:NAME@OFFSET"), strategies
//                        '----last trade, top of the book--> node's prices, on clock: live
//
// The next bar waits until strategies have judged this one. On start it goes on behind the last record whose bar the venue has
// (where that was another node's, of another tape: behind the newest bar by its close), so a bar is shown once, or again where it
// was not durable. Where there is no tape, where it cannot be read or the node does not take a bar, it begins again every second
// behind the last bar that was taken. It never touches the recorder: a tape that nobody writes is a silent feed, and no more.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "app/feeds/feed_bars.hpp"
#include "app/feeds/feed_outlet.hpp"

namespace tally {

class AccountNode;
class TapeReader;

enum class FeedState : std::uint8_t {
  waiting,   // there is no tape, or it cannot be read
  reading,   // of the past
  live,      // read to its end, and waiting for more
};
BOOST_DESCRIBE_ENUM(FeedState, waiting, reading, live)

// How late final bars of a product are. From the bar's close: on clock: live to the moment at which strategies had judged it, by
// the node's clock; on clock: bars to the moment at which the tape knew it, by the recorder's.
struct BarDelay {
  Time closed_at;                  // of the newest
  std::int64_t last_ns = 0;
  std::int64_t longest_ns = 0;
  std::uint64_t bars = 0;
  std::uint64_t within_5s = 0;
};

struct FeedStatus {
  FeedSetting setting;
  FeedState state = FeedState::waiting;
  std::string trouble;             // why it waits; empty: it does not
  Offset offset = 0;               // of the last record
  Time at;                         // when that was received
  FeedCounters counters;
  std::map<ProductId, BarDelay> delays;   // since the start
};

class FeedFollower {
 public:
  // `node` outlives it.
  FeedFollower(AccountNode& node, FeedSetting setting);
  ~FeedFollower();
  FeedFollower(const FeedFollower&) = delete;
  FeedFollower& operator=(const FeedFollower&) = delete;

  FeedStatus status() const;

 private:
  void run();
  void start_over();
  void follow();
  void begin_at(TapeReader& reader);
  void take(TapeReader& reader);
  void deliver(const FeedBars::Out& out, Time received_at);
  bool show(const BarObserved& bar);
  void set_state(FeedState state, std::string trouble = {});
  bool pause(std::int64_t ms);   // true: it stops

  AccountNode& node_;
  const FeedSetting setting_;
  const bool live_clock_;
  FeedOutlet outlet_;
  FeedBars bars_;
  bool asked_ = false;                   // what the venue has is known
  std::optional<Time> followed_to_;      // of a feed that another node followed before: the newest bar
  Offset at_ = 0;                        // the record that is taken
  Offset begin_ = 0;                     // where a feed begins that showed nothing yet; 0: at the first record, or not known yet
  Offset shown_at_ = 0;                  // the last record whose bar the node took; 0: none
  std::map<ProductId, Time> shown_;      // the newest close that the node has

  mutable std::mutex mutex_;     // over what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  FeedStatus status_;
  std::thread thread_;           // last: everything else is there when it starts
};

using FeedFollowers = std::vector<std::unique_ptr<FeedFollower>>;

FeedFollowers follow_feeds(AccountNode& node);

}  // namespace tally
