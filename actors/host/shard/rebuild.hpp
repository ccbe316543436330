// Rebuilding one entity from its snapshot row and the journal.
//
// Law: after rebuild(entity, upto) the cell is as it was before it took entry `upto`: it has evolved every event it
// decided up to and including that entry, and folded every input routed to it before that entry, except those that
// waited while it was stopped or were set aside.
#pragma once

#include "actors/host/shard/program.hpp"
#include "persistence/journal.hpp"

namespace tally {

struct Rebuilt {
  std::unique_ptr<AnyCell> cell;
  std::uint64_t replayed = 0;  // entries read
};

class Rebuilder {
 public:
  Rebuilder(const Program& program, const Journal& journal, Symbol shard)
      : program_(program), journal_(journal), shard_(shard), routing_(program.routing(shard)) {}

  Rebuilt rebuild(const EntityRef& entity, Offset upto);

 private:
  // The entries that a stopped entity has not taken.
  struct Waiting {
    bool stopped = false;
    std::vector<Offset> offsets;
  };

  void retake(AnyCell& cell, const EntryPtr& taken, const Entry& next, Waiting& waiting);

  const Program& program_;
  const Journal& journal_;
  Symbol shard_;
  std::unique_ptr<Routing> routing_;
  std::vector<Delivery> deliveries_;
};

// The record in `entry` that `entity` stopped, if any.
const EntityStopped* stop_of(const Entry& entry, const EntityRef& entity);

}  // namespace tally
