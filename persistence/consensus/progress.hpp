// What a leader knows of one follower, and how much may be on its way to it.
#pragma once

#include <deque>

#include "persistence/consensus/types.hpp"

namespace tally::consensus {

struct Progress {
  // probe: where its log joins ours is not known; one append at a time. stream: as much as the window allows.
  // install: it lacks what is no longer in memory, and fetches it elsewhere.
  enum class Mode : std::uint8_t { probe, stream, install };

  struct Sent {
    Index last;
    std::size_t bytes;
  };

  Mode mode = Mode::probe;
  Index match = 0;               // it has this durably
  Index next = 1;                // the next to send
  bool waiting = false;          // probe, install: something was sent and not answered
  std::deque<Sent> on_the_way;   // stream
  std::size_t on_the_way_bytes = 0;
  Nanoseconds moved_at = 0;      // the window last moved, or began to fill
  Nanoseconds heard_at = 0;      // it last answered anything, as a sound node
  Round round = 0;               // the newest round it answered, as a sound node
  Soundness soundness;
  Index clear_at = 0;            // when this entry is committed by others and it has it, its doubt is resolved

  Progress(Index next_index, Nanoseconds now) : next(next_index), moved_at(now), heard_at(now) {}

  bool has_room(std::size_t messages_max, std::size_t bytes_max) const {
    if (mode != Mode::stream) return !waiting;
    return on_the_way.size() < messages_max && on_the_way_bytes < bytes_max;
  }

  void probe_from(Index index) {
    mode = Mode::probe;
    next = index;
    waiting = false;
    forget_the_way();
  }

  void sent(Index last, std::size_t bytes, Nanoseconds now) {
    if (mode != Mode::stream) {
      waiting = true;
      return;
    }
    if (on_the_way.empty()) moved_at = now;
    on_the_way.push_back({last, bytes});
    on_the_way_bytes += bytes;
    next = last + 1;
  }

  void accepted(Index up_to, Nanoseconds now) {
    if (up_to > match) {
      match = up_to;
      moved_at = now;
    }
    while (!on_the_way.empty() && on_the_way.front().last <= match) {
      on_the_way_bytes -= on_the_way.front().bytes;
      on_the_way.pop_front();
    }
    if (next <= match) next = match + 1;
    waiting = false;
    if (mode != Mode::stream) {
      mode = Mode::stream;
      next = match + 1;
    }
  }

 private:
  void forget_the_way() {
    on_the_way.clear();
    on_the_way_bytes = 0;
  }
};

}  // namespace tally::consensus
