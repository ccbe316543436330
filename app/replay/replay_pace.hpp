// When what was recorded is due again: recorded time, so many times as fast. Pure: the wall's time comes in.
#pragma once

#include <optional>

#include "messages/ids.hpp"

namespace tally {

class ReplayPace {
 public:
  // `speed`: seconds of the record a second; 0: everything is due at once.
  explicit ReplayPace(std::int64_t speed, bool paused = false) : speed_(speed), paused_(paused) {}

  // How many ns are left until `moment` of the record is due; nothing while it is paused. The first moment that is asked for
  // after the start or a jump is due at once. `wall_ns` never runs back.
  std::optional<std::int64_t> wait_for(Time moment, std::int64_t wall_ns);

  void pause(std::int64_t wall_ns);
  void resume(std::int64_t wall_ns);
  void set_speed(std::int64_t speed, std::int64_t wall_ns);
  void jump() { anchor_.reset(); }

  bool paused() const { return paused_; }
  std::int64_t speed() const { return speed_; }

 private:
  struct Anchor {
    Time record;
    std::int64_t wall_ns;
  };
  void anchor_at(std::int64_t wall_ns);

  std::int64_t speed_;
  bool paused_;
  std::optional<Anchor> anchor_;   // that moment of the record was at that time of the wall
};

}  // namespace tally
