// A journal entry: one outside input with what it captured, or all that one step decided. Its parts are committed
// together or not at all.
#pragma once

#include "messages/message.hpp"

namespace tally {

// One event with its place in its entity's stream.
struct Event {
  EntityRef stream;                 // who decided it; kind none for an outside input
  std::uint64_t stream_sequence = 0;  // 1, 2, ... within the stream; 0 for an outside input
  Message body;
};

struct Entry {
  Offset offset = 0;
  std::uint64_t term = 0;           // of the leader that sequenced it
  Offset causation = 0;             // the entry whose step decided this; 0: an outside input
  Offset correlation = 0;           // the outside input that began the cascade
  Time at;                          // the cascade's moment: the recorded time of that outside input
  Time recorded_at;                 // wall clock when sequenced; differs between hosts
  std::string producer;             // who handed an outside input in, e.g. "cli:ada"; empty for steps
  std::vector<Event> events;

  bool is_input() const { return causation == 0; }
};

}  // namespace tally
