// When a snapshot may be asked for: at most so many in a minute, one at a time, and none while the venue has forbidden it. Pure.
#pragma once

#include <deque>

#include "messages/ids.hpp"

namespace tally::binance {

class SnapshotBudget {
 public:
  explicit SnapshotBudget(std::size_t per_minute) : per_minute_(per_minute) {}

  // Whether one may be asked for now; counted where it may.
  bool take(Time now) {
    while (!asked_.empty() && now - asked_.front() >= 60 * ns_per_s) asked_.pop_front();
    if (now < forbidden_until_ || asked_.size() >= per_minute_) return false;
    asked_.push_back(now);
    return true;
  }
  // HTTP 429 or 418, with its Retry-After: the venue bans who does not heed it. Never shortens what was said before.
  void forbid(Time until) {
    if (forbidden_until_ < until) forbidden_until_ = until;
  }
  Time forbidden_until() const { return forbidden_until_; }

 private:
  std::size_t per_minute_;
  std::deque<Time> asked_;
  Time forbidden_until_{INT64_MIN};
};

}  // namespace tally::binance
