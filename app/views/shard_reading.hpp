// The entities of one shard as its journal says they are: replayed by the deterministic host, read only.
//
// What the journal's last entry still leads to is computed as well, in memory, and written nowhere: a shard that was killed
// in the middle of a cascade reads as it will be after its next start.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>

#include "actors/host/deterministic/deterministic_host.hpp"

namespace tally {

class ShardReading {
 public:
  ShardReading(const Journal& journal, Symbol shard);

  // Calls visit(key, state) for each entity of a kind, ascending by key.
  template <class E, class Visit>
  void for_each(Visit visit) {
    std::map<Symbol, const typename E::State*> found;
    host_.for_each_cell([&](AnyCell& cell) {
      if (cell.ref().kind == E::kind) found[cell.ref().key] = &cell.state_of<E>();
    });
    for (const auto& [key, state] : found) visit(key, *state);
  }

  // The state of one; an initial one where the journal knows no such entity.
  template <class E>
  const typename E::State& state(Symbol key) {
    return host_.cell({E::kind, key}).template state_of<E>();
  }

  // As JSON, for people and tools; null where the journal knows no such entity.
  boost::json::value state_json_of(const EntityRef& entity);
  const ShardState& core() const { return host_.core().state(); }

 private:
  DeterministicHost host_;
};

}  // namespace tally
