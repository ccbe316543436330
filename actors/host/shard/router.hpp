// Turns an entry into a plan by the routes of a topology.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "actors/host/shard/route.hpp"
#include "actors/host/shard/routing.hpp"

namespace tally {

template <class Topology>
class Router final : public Routing {
 public:
  explicit Router(Symbol shard) : shard_(shard) {}

  void plan(const Entry& entry, Plan& out) override {
    for (std::uint32_t i = 0; i < entry.events.size(); ++i) address(entry.events[i].body, i);
    out.tasks.clear();
    out.deliveries.clear();
    Topology::for_each_entity([&]<class Entity>() { group<Entity>(out); });
  }

  void deliveries_of(const Entry& entry, const EntityRef& entity, std::vector<Delivery>& out) override {
    out.clear();
    for (std::uint32_t i = 0; i < entry.events.size(); ++i) address(entry.events[i].body, i);
    const std::size_t place = Topology::index_of_kind(entity.kind);
    for (std::size_t i = 0; i < addresses_.size(); ++i) {
      if (i == place)
        for (const Address& address : addresses_[i])
          if (address.key == entity.key) out.push_back(address.delivery);
      addresses_[i].clear();
    }
  }

 private:
  void address(const Message& body, std::uint32_t index) {
    std::visit(
        [&]<class M>(const M& event) {
          Topology::for_each_route([&]<class R>() {
            if constexpr (std::same_as<typename R::event, M>) {
              Keys keys(shard_, addresses_[Topology::template index_of<typename R::entity>]);
              keys.now_routing(index, R::decides);
              R::keys(event, keys);
            }
          });
        },
        body);
  }

  template <class Entity>
  void group(Plan& out) {
    auto& addresses = addresses_[Topology::template index_of<Entity>];
    if (addresses.empty()) return;
    if (addresses.size() > 1) {
      const auto before = [](const Address& a, const Address& b) { return a.key < b.key; };
      const bool decides = Concludes<Entity> ||
                           std::any_of(addresses.begin(), addresses.end(), [](const Address& a) { return a.delivery.decides; });
      if (decides && !std::is_sorted(addresses.begin(), addresses.end(), before))
        std::stable_sort(addresses.begin(), addresses.end(), before);
    }
    for (const Address& address : addresses) {
      const auto at = static_cast<std::uint32_t>(out.deliveries.size());
      const bool same = !out.tasks.empty() && out.tasks.back().entity == EntityRef{Entity::kind, address.key};
      if (!same) out.tasks.push_back({{Entity::kind, address.key}, at, 0, false});
      out.deliveries.push_back(address.delivery);
      ++out.tasks.back().count;
      out.tasks.back().decides |= address.delivery.decides || Concludes<Entity>;
    }
    addresses.clear();
  }

  Symbol shard_;
  std::array<std::vector<Address>, Topology::entity_count> addresses_;
};

}  // namespace tally
