// What a topology compiles to: the cells of its entities and its routes, behind an interface, so that hosts are not
// templates and entity headers are compiled in one place.
#pragma once

#include "actors/host/shard/any_cell.hpp"
#include "actors/host/shard/router.hpp"

namespace tally {

class Program {
 public:
  virtual ~Program() = default;

  // A new entity's cell; null where the topology has no entity of that kind.
  virtual std::unique_ptr<AnyCell> make_cell(const EntityRef& entity) const = 0;
  virtual std::unique_ptr<Routing> routing(Symbol shard) const = 0;
};

template <class Topology>
class ProgramOf final : public Program {
 public:
  std::unique_ptr<AnyCell> make_cell(const EntityRef& entity) const override {
    std::unique_ptr<AnyCell> cell;
    Topology::for_each_entity([&]<class E>() {
      if (E::kind == entity.kind) cell = std::make_unique<TypedCell<E>>(entity.key);
    });
    return cell;
  }
  std::unique_ptr<Routing> routing(Symbol shard) const override { return std::make_unique<Router<Topology>>(shard); }
};

}  // namespace tally
