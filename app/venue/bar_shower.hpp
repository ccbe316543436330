// Whoever shows bars to a venue process.
#pragma once

#include <span>
#include <string>

#include "app/line_socket.hpp"
#include "messages/message.hpp"

namespace tally {

class BarShower {
 public:
  explicit BarShower(const std::string& address);  // throws CommandFailed where no venue listens

  // Bars that closed at one time; returns when the venue has recorded and traded on them. Throws CommandFailed: refused, or it
  // went away (exit_busy), and then nobody knows whether it did; the same bars again change nothing.
  void show(std::span<const BarObserved> bars, const std::string& source);

 private:
  LineSocket socket_;
  std::uint64_t number_ = 0;
};

}  // namespace tally
