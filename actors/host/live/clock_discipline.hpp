// Turns three readings of the system's clocks into one time that never runs backwards. Pure: the readings are its input.
//
//   realtime   UTC, but it is stepped by people and by NTP, in both directions
//   boottime   steady, and goes on while the machine sleeps: what time advances by
//   monotonic  steady, and stands still while it sleeps: boottime - monotonic grows by exactly the sleep
//
// Laws
//  - Never backwards, whatever the readings are.
//  - Time advances with boottime. A difference to realtime below `step_ns` is slewed away, at most 1/2000 of the time that passes.
//  - Realtime ahead by step_ns or more: time follows at once (a step forward; our time was late).
//  - Realtime behind by step_ns or more: time goes on at half speed until both agree, so that timers still fire.
//  - A sleep is noticed at the first reading after it, whatever became of realtime meanwhile.
#pragma once

#include "messages/ids.hpp"

namespace tally {

struct ClockReadings {
  std::int64_t realtime_ns = 0;
  std::int64_t boottime_ns = 0;
  std::int64_t monotonic_ns = 0;
};

class ClockDiscipline {
 public:
  static constexpr std::int64_t step_ns = 500 * ns_per_ms;
  static constexpr std::int64_t slew_share = 2'000;
  static constexpr std::int64_t sleep_ns_min = 100 * ns_per_ms;  // a shorter difference is the time between two readings

  // What is known beside the time.
  struct Status {
    Time now;
    std::int64_t offset_ns = 0;        // now - realtime: > 0 while time waits for a clock that was set back
    std::int64_t slept_ns = 0;         // all sleeps together
    std::uint64_t sleeps = 0;
    std::uint64_t steps_forward = 0;   // realtime was followed
    std::uint64_t steps_back = 0;      // realtime fell behind and is waited for
  };

  // Not before `floor`: a shard's last entry, for one.
  explicit ClockDiscipline(ClockReadings first, Time floor = {});

  Time advance(const ClockReadings& read);
  const Status& status() const { return status_; }

 private:
  void notice_sleep(const ClockReadings& read);

  ClockReadings last_;
  std::int64_t asleep_ns_;   // boottime - monotonic, as last seen
  std::int64_t slewable_ns_ = 0;
  bool waiting_ = false;     // for a realtime that is behind
  Status status_;
};

}  // namespace tally
