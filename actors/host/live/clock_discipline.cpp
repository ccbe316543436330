#include "actors/host/live/clock_discipline.hpp"

#include <algorithm>

namespace tally {

ClockDiscipline::ClockDiscipline(ClockReadings first, Time floor)
    : last_(first), asleep_ns_(first.boottime_ns - first.monotonic_ns) {
  status_.now.ns = std::max(first.realtime_ns, floor.ns);
  status_.offset_ns = status_.now.ns - first.realtime_ns;
  waiting_ = status_.offset_ns >= step_ns;
}

Time ClockDiscipline::advance(const ClockReadings& read) {
  notice_sleep(read);
  const std::int64_t passed = std::max<std::int64_t>(read.boottime_ns - last_.boottime_ns, 0);
  last_ = read;
  std::int64_t now = status_.now.ns + passed;
  const std::int64_t behind = read.realtime_ns - now;  // of ours; < 0: realtime is behind
  if (behind >= step_ns) {
    now = read.realtime_ns;
    ++status_.steps_forward;
  } else if (behind <= -step_ns) {
    if (!waiting_) ++status_.steps_back;
    waiting_ = true;
  }
  if (waiting_) {
    now -= std::min(passed / 2, std::max<std::int64_t>(now - read.realtime_ns, 0));
    waiting_ = now > read.realtime_ns;
  } else {
    slewable_ns_ += passed;
    const std::int64_t most = slewable_ns_ / slew_share;
    slewable_ns_ -= most * slew_share;
    now += std::clamp<std::int64_t>(read.realtime_ns - now, -most, most);
  }
  status_.now.ns = std::max(status_.now.ns, now);
  status_.offset_ns = status_.now.ns - read.realtime_ns;
  return status_.now;
}

void ClockDiscipline::notice_sleep(const ClockReadings& read) {
  const std::int64_t asleep = read.boottime_ns - read.monotonic_ns;
  if (asleep - asleep_ns_ < sleep_ns_min) return;
  status_.slept_ns += asleep - asleep_ns_;
  ++status_.sleeps;
  asleep_ns_ = asleep;
}

}  // namespace tally
