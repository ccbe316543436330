// Replaying a whole shard into cells: what Rebuilder does for one entity, in one pass for all.
//
// feed() takes the entries in order. After feeding up to entry n every cell is as before the step of n; what n itself
// delivers is folded when n + 1 is fed, or decided by the host that goes live at n.
#pragma once

#include <functional>
#include <unordered_map>

#include "actors/host/shard/rebuild.hpp"
#include "actors/host/shard/shard_core.hpp"

namespace tally {

class Replayer {
 public:
  // `cell_of` returns the cell of an entity, making it where it is new.
  using CellOf = std::function<AnyCell&(const EntityRef&)>;

  Replayer(const Program& program, ShardCore& core, const Journal& journal, CellOf cell_of)
      : core_(core), journal_(journal), routing_(program.routing(core.shard())), cell_of_(std::move(cell_of)) {}

  // Takes the newest snapshot rows that fit this build. Returns the entry to feed first.
  Offset restore();

  void feed(EntryPtr entry);

  // restore(), then feeds everything up to `upto`.
  void run(Offset upto);

  // The entry whose step is still open; null where there is none.
  const EntryPtr& last() const { return previous_; }

 private:
  void retake(const Entry& taken, const Entry& next);
  // A row newer than the core's: the entity has the entry already.
  bool has(const EntityRef& entity, Offset offset) const;

  ShardCore& core_;
  const Journal& journal_;
  std::unique_ptr<Routing> routing_;
  CellOf cell_of_;
  std::unordered_map<Symbol, Offset> restored_[256];  // by kind: rows newer than the core's own
  Plan plan_;
  std::vector<Delivery> deliveries_;
  EntryPtr previous_;
};

// The snapshot row of a shard's core stands under this entity.
EntityRef core_row(Symbol shard);
constexpr int core_version = 1;

}  // namespace tally
