// Decides a recorded shard again, in the deterministic host, and compares every entry: a ReplaySession from end to end.
#pragma once

#include <functional>

#include "actors/host/deterministic/replay_session.hpp"

namespace tally {

struct ReplayReport {
  Offset end = 0;              // of the journal
  Offset checked = 0;          // the last entry that was compared and equal
  std::uint64_t inputs = 0;
  std::uint64_t decisions = 0; // events that were decided again
  std::optional<ReplayDifference> first;   // none: all equal

  bool equal() const { return !first; }
};

// Reads the shard from its first entry to `upto`. `progress` is called now and then with the offset reached.
ReplayReport verify_replay(const Program& program, const Journal& journal, Symbol shard, Offset upto,
                           const std::function<void(Offset)>& progress = nullptr);

}  // namespace tally
