// What a topology is made of: routes, each saying which entities of which kind an event reaches.
//
//   folds<OrderFilled, RiskAuthority, of_account>      only evolves
//   decides<OrderFilled, NettingBook, of_batch>        evolves, then decides
//
// The third argument is a function `void(const Event&, Keys&)` that names the entities' keys, and for compact
// events the row that is meant.
#pragma once

#include <cstdint>
#include <vector>

#include "actors/entity.hpp"

namespace tally {

// One event addressed to one entity of a kind.
struct Address {
  Symbol key;
  Delivery delivery;
};

// Where a route's key function writes.
class Keys {
 public:
  Keys(Symbol shard, std::vector<Address>& out) : shard_(shard), out_(out) {}

  Symbol shard() const { return shard_; }  // key of what there is one of in a shard
  void operator()(Symbol key, std::uint32_t row = 0) { out_.push_back({key, {event_, row, decides_}}); }
  template <class Tag>
  void operator()(Id<Tag> id, std::uint32_t row = 0) {
    (*this)(id.symbol(), row);
  }

  void now_routing(std::uint32_t event, bool decides) {
    event_ = event;
    decides_ = decides;
  }

 private:
  Symbol shard_;
  std::vector<Address>& out_;
  std::uint32_t event_ = 0;
  bool decides_ = false;
};

template <class E, class Entity, void (*KeysOf)(const E&, Keys&), bool Decides>
struct Route {
  using event = E;
  using entity = Entity;
  static constexpr bool decides = Decides;
  static void keys(const E& body, Keys& out) { KeysOf(body, out); }

  static_assert(is_one_of<E, typename Entity::Inputs>, "a route leads to an entity that does not take this event");
  static_assert(!is_one_of<E, typename Entity::Events>, "an entity is never routed what it decides itself");
};

template <class E, class Entity, void (*KeysOf)(const E&, Keys&)>
using folds = Route<E, Entity, KeysOf, false>;
template <class E, class Entity, void (*KeysOf)(const E&, Keys&)>
using decides = Route<E, Entity, KeysOf, true>;

template <class... Entities>
struct entity_list {};
template <class... Routes>
struct route_list {};

// A topology names its entities once, in the order in which their outputs are sequenced, and then its routes.
template <class Entities, class Routes>
struct Topology;
template <class... Entities, class... Routes>
struct Topology<entity_list<Entities...>, route_list<Routes...>> {
  static constexpr std::size_t entity_count = sizeof...(Entities);

  template <class Entity>
  static constexpr std::size_t index_of = [] {
    std::size_t index = 0;
    bool found = false;
    ((found = found || std::same_as<Entity, Entities>, index += found ? 0 : 1), ...);
    return index;
  }();

  // The place of a kind in the order, or entity_count where the topology has no such entity.
  static constexpr std::size_t index_of_kind(EntityKind kind) {
    std::size_t index = 0;
    bool found = false;
    ((found = found || Entities::kind == kind, index += found ? 0 : 1), ...);
    return index;
  }

  // Calls visit.template operator()<Entity>() for each entity in order.
  template <class Visit>
  static void for_each_entity(Visit visit) {
    (visit.template operator()<Entities>(), ...);
  }
  template <class Visit>
  static void for_each_route(Visit visit) {
    (visit.template operator()<Routes>(), ...);
  }
};

}  // namespace tally
