// Whoever shows bars to a venue process.
#pragma once

#include <span>
#include <string>

#include "app/line_socket.hpp"
#include "app/venue/venue_protocol.hpp"

namespace tally {

class BarShower {
 public:
  // Throws CommandFailed where no venue listens. What takes longer than so many seconds is given up.
  explicit BarShower(const std::string& address, int answer_seconds = 60);

  // Bars that closed at one time; returns when the venue has recorded and traded on them. Throws CommandFailed: refused, or it
  // went away (exit_busy), and then nobody knows whether it did; the same bars again change nothing.
  void show(std::span<const BarObserved> bars, const std::string& source);

  // Of the venue's records, those of the bars shown so far included. Throws CommandFailed.
  Offset end();

 private:
  venue_protocol::FromVenue ask(const venue_protocol::ToVenue& line);

  LineSocket socket_;
  std::uint64_t number_ = 0;
};

}  // namespace tally
