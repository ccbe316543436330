// A replay under a person's hand: what is due is decided again, and orders change where it stands and how fast it goes. No clock
// and no terminal: both are handed in, so that a test plays a year in no time.
#pragma once

#include <functional>

#include "actors/host/deterministic/replay_session.hpp"
#include "app/replay/replay_order.hpp"
#include "app/replay/replay_pace.hpp"

namespace tally {

// The first offset from 1 to `upto` whose moment is at or after `time`; upto + 1 where there is none.
Offset offset_of_moment(const Journal& journal, Symbol shard, Offset upto, Time time);

class ReplayPlayer {
 public:
  struct Surroundings {
    std::function<std::int64_t()> now;                      // ns of a clock that never runs back
    // Waits so long, or without an end where there is no number, for an order. Nothing where none came.
    std::function<std::optional<std::string>(std::optional<std::int64_t> ns)> order;
    std::function<bool()> over;                             // no order will come any more, or the end is asked for
    std::function<void(const std::string&)> answer;         // to an order; a refused one, too
  };

  ReplayPlayer(ReplaySession& session, const Journal& journal, Symbol shard, Offset upto, ReplayPace pace, Surroundings around);

  // Returns at the end of the record, after `quit`, a difference, or where it is paused and no order can come any more.
  void play();

 private:
  bool obey(const std::string& line);   // false: quit
  void seek(Offset offset);
  std::string where() const;

  ReplaySession& session_;
  const Journal& journal_;
  const Symbol shard_;
  const Offset upto_;
  ReplayPace pace_;
  const Surroundings around_;
};

}  // namespace tally
