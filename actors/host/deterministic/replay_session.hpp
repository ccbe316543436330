// A recorded shard, lived again input by input, forwards or from any other place: what a person pauses, seeks in and looks at.
//
// Each outside input is submitted with the events it was recorded with, at the moment it was recorded for; what the entities then
// decide must be what stands in the journal, byte for byte, apart from recorded_at and term. That an entity stopped is a fact of
// that day and is taken from the record: the entity fails there again, whatever it would do now.
//
// Law: the entries that are heard, and the states that the entities have, depend on the place alone; not on the steps, seeks and
// pauses that led there.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "actors/host/deterministic/deterministic_host.hpp"

namespace tally {

struct ReplayDifference {
  Offset offset = 0;
  std::string what;       // what kind of difference
  std::string recorded;   // JSON of the first event that differs, or empty where there is none
  std::string decided;
};

class ReplaySession {
 public:
  // Hears every entry as it is decided again, those that a seek passes over excepted. The entry is reused after the call returns.
  using Hear = std::function<void(const Entry&)>;

  // Reads the shard from its first entry to `upto`, both included; the journal outlives the session. An entry that the journal no
  // longer holds because the process ended first is no difference.
  ReplaySession(const Program& program, const Journal& journal, Symbol shard, Offset upto, Hear hear = nullptr);

  // Takes the next outside input and all that it led to. False at the end, and after a difference.
  bool step();
  // The next input to be taken; null at the end.
  EntryPtr next_input();
  // So that every entry from that offset on is heard, and the last input before it is taken. Backwards too, which begins anew.
  void seek(Offset offset);

  Offset checked() const { return checked_; }            // the last entry that was compared and equal; 0 at first
  Time now() const { return now_; }                      // of the last input taken
  std::uint64_t inputs() const { return inputs_; }       // since the beginning
  std::uint64_t decisions() const { return decisions_; } // events that were decided again
  const std::optional<ReplayDifference>& difference() const { return difference_; }
  DeterministicHost& host() { return *host_; }           // its entities, as of checked()

 private:
  void begin();
  void compare(const Entry& decided);
  std::string recorded_failure(const EntityRef& entity, Offset input);
  EntryPtr recorded(Offset offset);

  const Program& program_;
  const Journal& journal_;
  const Symbol shard_;
  const Offset upto_;
  const Hear hear_;
  Offset heard_from_ = 1;
  Offset next_ = 1;
  Offset checked_ = 0;
  Time now_;
  std::uint64_t inputs_ = 0, decisions_ = 0;
  std::optional<ReplayDifference> difference_;
  std::vector<EntryPtr> piece_;
  std::unique_ptr<DeterministicHost> host_;
};

}  // namespace tally
