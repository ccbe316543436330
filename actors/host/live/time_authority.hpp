// What time it is, for everything a node records. Never backwards, in any mode.
//
//   live      UTC, disciplined: see clock_discipline.hpp
//   backtest  the time of the data: what was last set
//   replay    the time of the record: what was last set
#pragma once

#include <boost/describe.hpp>
#include <mutex>

#include "actors/host/live/clock_discipline.hpp"

namespace tally {

class TimeAuthority {
 public:
  enum class Mode : std::uint8_t { live, backtest, replay };
  BOOST_DESCRIBE_NESTED_ENUM(Mode, live, backtest, replay)
  using Clocks = ClockReadings (*)();

  // `clocks` is read in mode live, and for the offset in the others; a test gives its own.
  explicit TimeAuthority(Mode mode, Clocks clocks = nullptr);

  Time now();
  // Not live; an earlier time is ignored.
  void set(Time now);
  Mode mode() const { return mode_; }

  // As of now: how far the system's clock is away, and what happened to it since the start.
  ClockDiscipline::Status status();

 private:
  const Mode mode_;
  const Clocks clocks_;
  std::mutex mutex_;
  ClockDiscipline discipline_;
  Time set_;   // not live
};

// The system's three clocks.
ClockReadings read_clocks();

// The system's clock, for recorded_at only: it may jump.
Time wall_clock();

}  // namespace tally
