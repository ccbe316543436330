#include "app/replay/replay_pace.hpp"

#include <algorithm>

namespace tally {

std::optional<std::int64_t> ReplayPace::wait_for(Time moment, std::int64_t wall_ns) {
  if (paused_) return std::nullopt;
  if (speed_ == 0) return 0;
  if (!anchor_) anchor_ = Anchor{moment, wall_ns};
  const std::int64_t due = anchor_->wall_ns + (moment - anchor_->record) / speed_;
  return std::max<std::int64_t>(0, due - wall_ns);
}

// The record's moment of now, from which it goes on.
void ReplayPace::anchor_at(std::int64_t wall_ns) {
  if (!anchor_ || speed_ == 0) return anchor_.reset();
  std::int64_t passed = 0;
  if (__builtin_mul_overflow(wall_ns - anchor_->wall_ns, speed_, &passed)) return anchor_.reset();
  anchor_ = Anchor{anchor_->record + passed, wall_ns};
}

void ReplayPace::pause(std::int64_t wall_ns) {
  if (!paused_) anchor_at(wall_ns);
  paused_ = true;
}

void ReplayPace::resume(std::int64_t wall_ns) {
  if (paused_ && anchor_) anchor_->wall_ns = wall_ns;
  paused_ = false;
}

void ReplayPace::set_speed(std::int64_t speed, std::int64_t wall_ns) {
  if (!paused_) anchor_at(wall_ns);
  if (speed == 0 || speed_ == 0) anchor_.reset();
  speed_ = speed;
}

}  // namespace tally
