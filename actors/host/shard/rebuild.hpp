// Rebuilding one entity from its snapshot row and the journal.
//
// Law: after rebuild(..., upto) the cell is as it was before it took entry `upto`: it has evolved every event it
// decided up to and including that entry, and folded every input routed to it before that entry, except those that
// waited while it was stopped or were set aside.
#pragma once

#include "actors/host/shard/any_cell.hpp"
#include "actors/host/shard/router.hpp"
#include "persistence/journal.hpp"

namespace tally {

// The record in `entry` that `entity` stopped, if any.
inline const EntityStopped* stop_of(const Entry& entry, const EntityRef& entity) {
  for (const Event& event : entry.events)
    if (const auto* stop = std::get_if<EntityStopped>(&event.body); stop && stop->entity == entity) return stop;
  return nullptr;
}

struct Rebuilt {
  std::unique_ptr<AnyCell> cell;
  std::uint64_t replayed = 0;  // entries read
};

template <class Topology>
class Rebuilder {
 public:
  Rebuilder(const Journal& journal, Symbol shard) : journal_(journal), shard_(shard), router_(shard) {}

  Rebuilt rebuild(const EntityRef& entity, Offset upto) {
    Rebuilt result{make_cell<Topology>(entity)};
    AnyCell& cell = *result.cell;
    Offset from = 1;
    if (auto row = journal_.snapshot(shard_, entity); row && row->reducer_version == cell.reducer_version() && row->offset < upto) {
      cell.restore(row->state, row->stream_sequence);
      from = row->offset + 1;
    }
    Waiting waiting;
    EntryPtr previous;
    for (Offset next = from; next <= upto;) {
      const auto entries = journal_.read(shard_, next, 256);
      if (entries.empty()) break;
      for (const EntryPtr& entry : entries) {
        if (entry->offset > upto) break;
        if (previous) retake(cell, previous, *entry, waiting);
        for (const Event& event : entry->events)
          if (event.stream == entity) cell.replay(event);
        previous = entry;
        ++result.replayed;
      }
      next = entries.back()->offset + 1;
    }
    return result;
  }

 private:
  // The entries that a stopped entity has not taken.
  struct Waiting {
    bool stopped = false;
    std::vector<Offset> offsets;
  };

  // What taking `taken` did to the entity, given the entry that followed it.
  void retake(AnyCell& cell, const EntryPtr& taken, const Entry& next, Waiting& waiting) {
    const EntityRef& entity = cell.ref();
    for (const Event& event : taken->events) {
      if (const auto* aside = std::get_if<InputQuarantined>(&event.body); aside && aside->entity == entity)
        std::erase(waiting.offsets, aside->input);
      if (const auto* resume = std::get_if<EntityResumed>(&event.body); resume && resume->entity == entity) waiting.stopped = false;
    }
    router_.deliveries_of(*taken, entity, deliveries_);
    if (!deliveries_.empty()) waiting.offsets.push_back(taken->offset);
    if (waiting.stopped) return;
    const EntityStopped* stop = stop_of(next, entity);
    for (Offset offset : waiting.offsets) {
      if (stop && offset >= stop->input) break;
      const EntryPtr entry = offset == taken->offset ? taken : journal_.read(shard_, offset, 1).at(0);
      router_.deliveries_of(*entry, entity, deliveries_);
      cell.fold(*entry, deliveries_);
    }
    waiting = stop ? Waiting{true, stop->waiting} : Waiting{};
  }

  const Journal& journal_;
  Symbol shard_;
  Router<Topology> router_;
  std::vector<Delivery> deliveries_;
};

}  // namespace tally
