// What time it is, for everything a node records. Never backwards.
#pragma once

#include <atomic>

#include "messages/ids.hpp"

namespace tally {

class TimeAuthority {
 public:
  enum class Mode : std::uint8_t { live, driven };

  explicit TimeAuthority(Mode mode) : mode_(mode) {}

  // UTC. Live: the system's clock, held where it jumps back. Driven: what was last set.
  Time now();
  // Driven only; an earlier time is ignored.
  void set(Time now);
  Mode mode() const { return mode_; }

 private:
  Mode mode_;
  std::atomic<std::int64_t> last_ns_{0};
};

// The system's clock, for recorded_at only: it may jump.
Time wall_clock();

}  // namespace tally
