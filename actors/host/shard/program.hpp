// What a topology compiles to: the cells of its entities and its routes, behind an interface, so that hosts are not
// templates and entity headers are compiled in one place.
#pragma once

#include <memory>

#include "actors/host/shard/any_cell.hpp"
#include "actors/host/shard/routing.hpp"

namespace tally {

class Program {
 public:
  virtual ~Program() = default;

  // A new entity's cell; null where the topology has no entity of that kind.
  virtual std::unique_ptr<AnyCell> make_cell(const EntityRef& entity) const = 0;
  virtual std::unique_ptr<Routing> routing(Symbol shard) const = 0;
};

}  // namespace tally
