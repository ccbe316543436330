// One entity as an actor: it owns a cell, runs its tasks, and dies of what the entity throws. Its exit reason carries
// the cause and how many entries it got through, for its supervisor.
#pragma once

#include "actors/host/live/protocol.hpp"
#include "actors/host/shard/rebuild.hpp"

namespace tally::live {

// What all entities of a shard share.
struct ShardContext {
  const Program* program = nullptr;
  std::shared_ptr<Journal> journal;
  Symbol shard;
  std::string node;
  SupervisionPolicy supervision;
  std::function<std::string(const EntityRef&, Offset, std::uint32_t attempt)> fault;
};
using ShardContextPtr = std::shared_ptr<const ShardContext>;

class EntityActor : public caf::event_based_actor {
 public:
  // `cell` null: RunEntries comes first and rebuilds it.
  EntityActor(caf::actor_config& config, ShardContextPtr context, EntityRef entity, std::shared_ptr<AnyCell> cell);

  caf::behavior make_behavior() override;
  const char* name() const override { return "entity"; }

 private:
  TaskDone run(const RunTask& task);
  TaskDone run(const RunEntries& entries);
  void fail_if_asked(const std::shared_ptr<const std::string>& fault) const;

  ShardContextPtr context_;
  EntityRef entity_;
  std::shared_ptr<AnyCell> cell_;
  std::uint32_t done_ = 0;   // entries got through by the task under way
};

}  // namespace tally::live
