// The last hop's own bound on what leaves towards a venue: so many orders, and so much money's worth of them, in any second.
// It knows nothing of risk, books or leaders, and needs none of them to be right. Pure: the time is told.
#pragma once

#include <deque>

#include "messages/decimal.hpp"

namespace tally {

class SendCap {
 public:
  struct Settings {
    std::uint32_t orders_per_second_max = 200;
    Money notional_per_second_max = Money::whole(100'000'000);
  };

  explicit SendCap(Settings settings) : settings_(settings) {}

  // Whether an order worth so much (>= 0) may leave now; counted where it may. `now_ns` never falls. Bound: what left within a
  // second, at most orders_per_second_max.
  bool admit(std::int64_t now_ns, Money notional) {
    while (!left_.empty() && now_ns - left_.front().at_ns >= ns_per_second) {
      within_ = within_ - left_.front().notional;
      left_.pop_front();
    }
    if (left_.size() >= settings_.orders_per_second_max) return false;
    if (notional > settings_.notional_per_second_max - within_) return false;
    left_.push_back({now_ns, notional});
    within_ = within_ + notional;
    return true;
  }

 private:
  static constexpr std::int64_t ns_per_second = 1'000'000'000;

  struct Left {
    std::int64_t at_ns;
    Money notional;
  };

  Settings settings_;
  std::deque<Left> left_;
  Money within_{};
};

}  // namespace tally
