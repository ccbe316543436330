// A topology compiled: sees every entity of it.
#pragma once

#include "actors/host/shard/program.hpp"
#include "actors/host/shard/router.hpp"
#include "actors/host/shard/typed_cell.hpp"

namespace tally {

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
