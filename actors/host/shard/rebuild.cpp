#include "actors/host/shard/rebuild.hpp"

namespace tally {

const EntityStopped* stop_of(const Entry& entry, const EntityRef& entity) {
  for (const Event& event : entry.events)
    if (const auto* stop = std::get_if<EntityStopped>(&event.body); stop && stop->entity == entity) return stop;
  return nullptr;
}

Rebuilt Rebuilder::rebuild(const EntityRef& entity, Offset upto) {
  Rebuilt result{program_.make_cell(entity)};
  AnyCell& cell = *result.cell;
  Offset next = 1;
  const auto row = journal_.snapshot(shard_, entity);
  if (row && row->reducer_version == cell.reducer_version() && row->offset < upto) {
    cell.restore(row->state, row->stream_sequence);
    next = row->offset + 1;
  }
  Waiting waiting;
  EntryPtr previous;
  while (next <= upto) {
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

// What taking `taken` did to the entity, given the entry that followed it.
void Rebuilder::retake(AnyCell& cell, const EntryPtr& taken, const Entry& next, Waiting& waiting) {
  const EntityRef& entity = cell.ref();
  for (const Event& event : taken->events) {
    if (const auto* aside = std::get_if<InputQuarantined>(&event.body); aside && aside->entity == entity)
      std::erase(waiting.offsets, aside->input);
    if (const auto* resume = std::get_if<EntityResumed>(&event.body); resume && resume->entity == entity) waiting.stopped = false;
  }
  routing_->deliveries_of(*taken, entity, deliveries_);
  if (!deliveries_.empty()) waiting.offsets.push_back(taken->offset);
  if (waiting.stopped) return;
  const EntityStopped* stop = stop_of(next, entity);
  for (Offset offset : waiting.offsets) {
    if (stop && offset >= stop->input) break;
    const EntryPtr entry = offset == taken->offset ? taken : journal_.read(shard_, offset, 1).at(0);
    routing_->deliveries_of(*entry, entity, deliveries_);
    cell.fold(*entry, deliveries_);
  }
  waiting = stop ? Waiting{true, stop->waiting} : Waiting{};
}

}  // namespace tally
