#include "actors/host/live/time_authority.hpp"

#include <ctime>

namespace tally {

Time wall_clock() {
  timespec spec{};
  clock_gettime(CLOCK_REALTIME, &spec);
  return {static_cast<std::int64_t>(spec.tv_sec) * ns_per_s + spec.tv_nsec};
}

Time TimeAuthority::now() {
  if (mode_ == Mode::live) set(wall_clock());
  return {last_ns_.load(std::memory_order_acquire)};
}

void TimeAuthority::set(Time now) {
  std::int64_t last = last_ns_.load(std::memory_order_relaxed);
  while (last < now.ns && !last_ns_.compare_exchange_weak(last, now.ns, std::memory_order_release)) {
  }
}

}  // namespace tally
