// When a feed's messages came: silences, and times that run backwards. A time that runs backwards is counted and never moves
// the feed's clock back.
#pragma once

#include <boost/describe.hpp>
#include <optional>

#include "messages/ids.hpp"

namespace tally::market {

struct ArrivalCounters {
  std::uint64_t messages = 0;
  std::uint64_t same_time = 0;          // as the one before
  std::uint64_t backwards = 0;          // before one that came earlier
  std::uint64_t stale_intervals = 0;    // silences longer than the feed may have
  std::int64_t stale_ns = 0;            // how long these were together
  std::int64_t longest_silence_ns = 0;
};
BOOST_DESCRIBE_STRUCT(ArrivalCounters, (), (messages, same_time, backwards, stale_intervals, stale_ns, longest_silence_ns))

class Arrivals {
 public:
  // A silence longer than `stale_after_ns` is stale.
  explicit Arrivals(std::int64_t stale_after_ns) : stale_after_ns_(stale_after_ns) {}

  void see(Time at) {
    ++counters_.messages;
    if (!first_) first_ = last_ = at;
    if (counters_.messages == 1) return;
    if (at < *last_) {
      ++counters_.backwards;
      return;
    }
    const std::int64_t silence = between(*last_, at);
    if (silence == 0) ++counters_.same_time;
    if (silence > counters_.longest_silence_ns) counters_.longest_silence_ns = silence;
    if (silence > stale_after_ns_) {
      ++counters_.stale_intervals;
      if (__builtin_add_overflow(counters_.stale_ns, silence, &counters_.stale_ns)) counters_.stale_ns = INT64_MAX;
    }
    last_ = at;
  }

  // Whether the feed has been silent for too long by `now`: the alarm, where nothing comes that could be counted.
  bool stale(Time now) const { return last_ && *last_ < now && between(*last_, now) > stale_after_ns_; }

  const std::optional<Time>& first() const { return first_; }
  const std::optional<Time>& last() const { return last_; }  // the latest
  const ArrivalCounters& counters() const { return counters_; }

 private:
  // A recording may say anything: what is more than 292 years counts as that.
  static std::int64_t between(Time earlier, Time later) {
    std::int64_t ns = 0;
    return __builtin_sub_overflow(later.ns, earlier.ns, &ns) ? INT64_MAX : ns;
  }

  std::int64_t stale_after_ns_;
  std::optional<Time> first_, last_;
  ArrivalCounters counters_;
};

}  // namespace tally::market
