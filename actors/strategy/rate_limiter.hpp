// At most n openings in any window of a given length, counted in time of bars.
#pragma once

#include <vector>

#include "actors/indicators/state.hpp"
#include "messages/strategies.hpp"

namespace tally::strategy {

class RateLimiter {
 public:
  // What was counted under another limit counts on.
  void limit_to(StrategyRateLimit limit) {
    limit_ = limit;
    openings_.reserve(limit.openings + 1);
    forget_oldest();
  }

  bool allows(std::int64_t at) const {
    return limit_.openings == 0 || openings_.size() < limit_.openings || at - openings_.front() >= limit_.per_ns;
  }
  // Times never fall.
  void count(std::int64_t at) {
    if (limit_.openings == 0) return;
    openings_.push_back(at);
    forget_oldest();
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    std::uint64_t count = self.openings_.size();
    visit(count);
    if constexpr (Visitor::reads) {
      if (count > self.limit_.openings) throw indicators::StateError("more openings than the rate limit counts");
      self.openings_.resize(count);
    }
    for (auto& at : self.openings_) visit(at);
  }

 private:
  void forget_oldest() {
    while (openings_.size() > limit_.openings) openings_.erase(openings_.begin());
  }

  StrategyRateLimit limit_;
  std::vector<std::int64_t> openings_;  // the latest n, oldest first
};

}  // namespace tally::strategy
