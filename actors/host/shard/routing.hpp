// A plan: who is to take which events of an entry, in the order in which outputs are sequenced; and who makes it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "actors/entity.hpp"

namespace tally {

// One entity's part of a step.
struct Task {
  EntityRef entity;
  std::uint32_t first = 0;   // its deliveries in Plan::deliveries
  std::uint32_t count = 0;
  bool decides = false;      // false: it can have no outputs, nobody need wait for it
};

struct Plan {
  std::vector<Task> tasks;
  std::vector<Delivery> deliveries;

  std::span<const Delivery> of(const Task& task) const { return {deliveries.data() + task.first, task.count}; }
};

// The routes of a topology at work in one shard. Holds scratch memory: one a thread.
class Routing {
 public:
  virtual ~Routing() = default;

  // Tasks that decide come in the topology's order of kinds, then by key text; one task an entity. Of a kind that
  // only folds the entry, and concludes nothing, the tasks keep the order of rows, and an entity may come more than
  // once: nobody can tell.
  virtual void plan(const Entry& entry, Plan& out) = 0;

  // The deliveries of one entity alone; for rebuilding it.
  virtual void deliveries_of(const Entry& entry, const EntityRef& entity, std::vector<Delivery>& out) = 0;
};

}  // namespace tally
