#include "actors/host/shard/replayer.hpp"

#include <algorithm>

#include "messages/stored_codec.hpp"

namespace tally {
namespace {

std::vector<EntityRef> stopping_in(const Entry& entry) {
  std::vector<EntityRef> stopping;
  for (const Event& event : entry.events)
    if (const auto* stop = std::get_if<EntityStopped>(&event.body)) stopping.push_back(stop->entity);
  return stopping;
}

}  // namespace

EntityRef core_row(Symbol shard) { return {EntityKind::none, shard}; }

Offset Replayer::restore() {
  const auto row = journal_.snapshot(core_.shard(), core_row(core_.shard()));
  if (!row || row->reducer_version != core_version) return 1;
  std::vector<std::pair<AnyCell*, const Journal::SnapshotRow*>> fitting;
  const auto rows = journal_.snapshots(core_.shard());
  for (const auto& entity_row : rows) {
    if (entity_row.entity.kind == EntityKind::none) continue;
    AnyCell& cell = cell_of_(entity_row.entity);
    if (entity_row.reducer_version != cell.reducer_version()) return 1;  // rebuilt from the first entry, with all others
    fitting.emplace_back(&cell, &entity_row);
  }
  for (const auto& [cell, entity_row] : fitting) {
    cell->restore(entity_row->state, entity_row->stream_sequence);
    if (entity_row->offset > row->offset)
      restored_[static_cast<std::uint8_t>(entity_row->entity.kind)][entity_row->entity.key] = entity_row->offset;
  }
  core_.restore(read_state<ShardState>(row->state));
  return row->offset + 1;
}

void Replayer::feed(EntryPtr entry) {
  if (previous_) retake(*previous_, *entry);
  core_.replay(*entry);
  for (const Event& event : entry->events)
    if (event.stream.kind != EntityKind::none && !has(event.stream, entry->offset)) cell_of_(event.stream).replay(event);
  previous_ = std::move(entry);
}

void Replayer::run(Offset upto) {
  for (Offset next = restore(); next <= upto;) {
    const auto entries = journal_.read(core_.shard(), next, 256);
    if (entries.empty()) return;
    for (const EntryPtr& entry : entries)
      if (entry->offset <= upto) feed(entry);
    next = entries.back()->offset + 1;
  }
}

bool Replayer::has(const EntityRef& entity, Offset offset) const {
  const auto& newer = restored_[static_cast<std::uint8_t>(entity.kind)];
  if (newer.empty()) return false;
  const auto it = newer.find(entity.key);
  return it != newer.end() && offset <= it->second;
}

void Replayer::retake(const Entry& taken, const Entry& next) {
  for (const auto& [entity, waiting] : core_.resumed_by(taken)) {
    const EntityStopped* stop = stop_of(next, entity);
    for (Offset offset : waiting) {
      if (stop && offset >= stop->input) break;
      const EntryPtr waited = journal_.read(core_.shard(), offset, 1).at(0);
      routing_->deliveries_of(*waited, entity, deliveries_);
      if (!has(entity, taken.offset)) cell_of_(entity).fold(*waited, deliveries_);
    }
  }
  routing_->plan(taken, plan_);
  const std::vector<EntityRef> stopping = stopping_in(next);
  for (const Task& task : plan_.tasks) {
    if (core_.stopped(task.entity)) core_.park(task.entity, taken.offset);
    else if (!has(task.entity, taken.offset) && std::find(stopping.begin(), stopping.end(), task.entity) == stopping.end())
      cell_of_(task.entity).fold(taken, plan_.of(task));
  }
}

}  // namespace tally
