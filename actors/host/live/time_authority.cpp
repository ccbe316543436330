#include "actors/host/live/time_authority.hpp"

#include <ctime>

namespace tally {
namespace {

std::int64_t read_ns(clockid_t clock) {
  timespec spec{};
  clock_gettime(clock, &spec);
  return static_cast<std::int64_t>(spec.tv_sec) * ns_per_s + spec.tv_nsec;
}

}  // namespace

ClockReadings read_clocks() { return {read_ns(CLOCK_REALTIME), read_ns(CLOCK_BOOTTIME), read_ns(CLOCK_MONOTONIC)}; }

Time wall_clock() { return {read_ns(CLOCK_REALTIME)}; }

TimeAuthority::TimeAuthority(Mode mode, Clocks clocks)
    : mode_(mode), clocks_(clocks ? clocks : read_clocks), discipline_(clocks_()) {}

Time TimeAuthority::now() {
  std::lock_guard lock(mutex_);
  return mode_ == Mode::live ? discipline_.advance(clocks_()) : set_;
}

void TimeAuthority::set(Time now) {
  std::lock_guard lock(mutex_);
  if (mode_ != Mode::live && set_ < now) set_ = now;
}

ClockDiscipline::Status TimeAuthority::status() {
  std::lock_guard lock(mutex_);
  const Time live = discipline_.advance(clocks_());
  ClockDiscipline::Status status = discipline_.status();
  if (mode_ == Mode::live) return status;
  status.offset_ns += set_.ns - live.ns;
  status.now = set_;
  return status;
}

}  // namespace tally
