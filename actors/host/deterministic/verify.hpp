// Decides a recorded shard again, in the deterministic host, and compares every entry.
//
// Each outside input is submitted with the events it was recorded with, at the moment it was recorded for; what the entities
// then decide must be what stands in the journal, byte for byte, apart from recorded_at and term. That an entity stopped is a
// fact of that day and is taken from the record: the entity fails there again, whatever it would do now.
#pragma once

#include <functional>

#include "actors/host/deterministic/deterministic_host.hpp"

namespace tally {

struct ReplayDifference {
  Offset offset = 0;
  std::string what;       // what kind of difference
  std::string recorded;   // JSON of the first event that differs, or empty where there is none
  std::string decided;
};

struct ReplayReport {
  Offset end = 0;              // of the journal
  Offset checked = 0;          // the last entry that was compared and equal
  std::uint64_t inputs = 0;
  std::uint64_t decisions = 0; // events that were decided again
  std::optional<ReplayDifference> first;   // none: all equal

  bool equal() const { return !first; }
};

// Reads the shard from its first entry to `upto`. An entry that the journal no longer holds because the process ended first
// is no difference. `progress` is called now and then with the offset reached.
ReplayReport verify_replay(const Program& program, const Journal& journal, Symbol shard, Offset upto,
                           const std::function<void(Offset)>& progress = nullptr);

}  // namespace tally
