// Replaying a whole shard into cells: what Rebuilder does for one entity, in one pass for all.
//
// feed() takes the entries in order. After feeding up to entry n every cell is as before the step of n; what n itself
// delivers is folded when n + 1 is fed, or decided by the host that goes live at n.
#pragma once

#include <functional>

#include "actors/host/shard/any_cell.hpp"
#include "actors/host/shard/rebuild.hpp"
#include "actors/host/shard/shard_core.hpp"

namespace tally {

template <class Topology>
class Replayer {
 public:
  // `cell_of` returns the cell of an entity, making it where it is new.
  Replayer(ShardCore& core, const Journal& journal, std::function<AnyCell&(const EntityRef&)> cell_of)
      : core_(core), journal_(journal), router_(core.shard()), cell_of_(std::move(cell_of)) {}

  void feed(EntryPtr entry) {
    if (previous_) retake(*previous_, *entry);
    core_.replay(*entry);
    for (const Event& event : entry->events)
      if (event.stream.kind != EntityKind::none) cell_of_(event.stream).replay(event);
    previous_ = std::move(entry);
  }

  // The entry whose step is still open; null where nothing was fed.
  const EntryPtr& last() const { return previous_; }

 private:
  void retake(const Entry& taken, const Entry& next) {
    for (const auto& [entity, waiting] : core_.resumed_by(taken)) {
      const EntityStopped* stop = stop_of(next, entity);
      for (Offset offset : waiting) {
        if (stop && offset >= stop->input) break;
        const EntryPtr waited = journal_.read(core_.shard(), offset, 1).at(0);
        router_.deliveries_of(*waited, entity, deliveries_);
        cell_of_(entity).fold(*waited, deliveries_);
      }
    }
    router_.plan(taken, plan_);
    const std::vector<EntityRef> stopping = stopping_in(next);
    for (const Task& task : plan_.tasks) {
      if (core_.stopped(task.entity)) core_.park(task.entity, taken.offset);
      else if (std::find(stopping.begin(), stopping.end(), task.entity) == stopping.end())
        cell_of_(task.entity).fold(taken, plan_.of(task));
    }
  }

  static std::vector<EntityRef> stopping_in(const Entry& entry) {
    std::vector<EntityRef> stopping;
    for (const Event& event : entry.events)
      if (const auto* stop = std::get_if<EntityStopped>(&event.body)) stopping.push_back(stop->entity);
    return stopping;
  }

  ShardCore& core_;
  const Journal& journal_;
  Router<Topology> router_;
  std::function<AnyCell&(const EntityRef&)> cell_of_;
  Plan plan_;
  std::vector<Delivery> deliveries_;
  EntryPtr previous_;
};

}  // namespace tally
