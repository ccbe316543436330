// The lease under which a leader may act outside: the second lock beside "committed in this term". Pure; one a group.
//
// Law: at no moment do two nodes hold it. A lease runs from the moment at which a round of heartbeats was SENT, once a
// quorum has answered it. Whoever wins an election has a voter in common with that quorum, who answered first and
// voted later; so the old lease ends at most `duration` after the election, and a new leader waits that long before
// its first effect, measured generously. Durations only: no two clocks are compared, only trusted to run about alike.
//
// CLOCK_BOOTTIME counts sleep, CLOCK_MONOTONIC does not: where they move apart the machine slept (or a clock lies), and
// nothing this process believes about its leadership is worth anything.
#pragma once

#include <deque>

#include "persistence/consensus/types.hpp"

namespace tally::consensus {

struct Clocks {
  Nanoseconds boottime = 0;
  Nanoseconds monotonic = 0;
};

struct LeaseSettings {
  Nanoseconds duration = 300'000'000;     // shorter than the minimum election timeout minus a margin
  Nanoseconds send_max = 50'000'000;      // from asking to the last byte on the wire; what takes longer is cut off
  Nanoseconds apart_max = 200'000'000;
  int clock_error_per_mille = 10;         // how differently two boottime clocks may run
};

class Lease {
 public:
  explicit Lease(LeaseSettings settings) : settings_(settings) {}

  // Throws std::invalid_argument where a lease could outlive an election.
  static void check(const LeaseSettings& settings, Nanoseconds election_min);

  // `predecessor_stopped`: the leader of the term before has promised to do nothing more (RoleChange says so).
  void lead(Clocks now, bool predecessor_stopped);
  void lose();
  void round_sent(Round round, Clocks now);
  void round_confirmed(Round round);

  // Whether the machine slept since the last call; then the lease is gone, and the leader must resign.
  bool slept(Clocks now);

  // Ask right before each effect.
  bool may_act(Clocks now);

  // For a hand-over, and only while nothing is on its way outside: nothing more in this leadership, so that a successor
  // need not wait. False, and nothing changes, where our own wait for an older lease is not over.
  bool give_up(Clocks now);

 private:
  struct Sent {
    Round round;
    Nanoseconds at;
  };
  static constexpr std::size_t rounds_max = 64;  // unanswered; older ones are worth nothing by then

  // By a clock that may run fast, while the other one may run slow.
  Nanoseconds generously(Nanoseconds duration) const {
    return duration * (1000 + settings_.clock_error_per_mille) / (1000 - settings_.clock_error_per_mille) + 1;
  }

  LeaseSettings settings_;
  bool leads_ = false;
  Nanoseconds begins_at_ = 0;
  Nanoseconds ends_at_ = 0;
  std::deque<Sent> rounds_;
  std::optional<Nanoseconds> apart_;
};

}  // namespace tally::consensus
