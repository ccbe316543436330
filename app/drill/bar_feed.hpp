// Generated bars, shown to a drill's venue at a steady pace until it is told to stop; it comes back when the venue does.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "app/job/bar_moments.hpp"

namespace tally::drill {

class BarFeed {
 public:
  BarFeed(std::string address, std::vector<job::Moment> moments, int pace_ms);
  ~BarFeed();
  BarFeed(const BarFeed&) = delete;
  BarFeed& operator=(const BarFeed&) = delete;

  std::size_t shown() const { return shown_; }

 private:
  void show_until_stopped();

  const std::string address_;
  const std::vector<job::Moment> moments_;
  const int pace_ms_;
  std::atomic<std::size_t> shown_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tally::drill
