// The topology as a graph: what can follow from what within one cascade.
#include <map>
#include <set>
#include <string>

#include "actors/topology.hpp"
#include "messages/catalog.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

template <class M>
std::string name_of() {
  return std::string(row_of(Message(std::in_place_type<M>)).name);
}

// entity -> what it can decide
template <class Topology>
std::map<EntityKind, std::set<std::string>> decided() {
  std::map<EntityKind, std::set<std::string>> all;
  Topology::for_each_entity([&]<class E>() {
    [&]<class... Es>(events<Es...>) { (all[E::kind].insert(name_of<Es>()), ...); }(typename E::Events{});
  });
  return all;
}

struct Edge {
  EntityKind from, to;
  std::string event;
  auto operator<=>(const Edge&) const = default;
};

// from decides an event on which `to` decides, with no port and no deadline between.
template <class Topology>
std::set<Edge> edges() {
  std::set<Edge> all;
  for (const auto& [from, names] : decided<Topology>())
    Topology::for_each_route([&, f = from, &ns = names]<class R>() {
      const std::string event = name_of<typename R::event>();
      if (R::decides && ns.contains(event)) all.insert({f, R::entity::kind, event});
    });
  return all;
}

}  // namespace

TEST_CASE("Every input that an entity declares is routed to it") {
  std::map<EntityKind, std::set<std::string>> routed, declared;
  const auto collect = [&]<class Topology>() {
    Topology::for_each_route([&]<class R>() { routed[R::entity::kind].insert(name_of<typename R::event>()); });
    Topology::for_each_entity([&]<class E>() {
      [&]<class... Is>(inputs<Is...>) { (declared[E::kind].insert(name_of<Is>()), ...); }(typename E::Inputs{});
    });
  };
  collect.operator()<AccountTopology>();
  collect.operator()<VenueTopology>();
  CHECK(routed == declared);
}

TEST_CASE("A cascade ends: every cycle of deciders is one of those that spend something finite") {
  // What each of these edges spends, so that going round again is not possible for ever:
  //  - IntentCreated, IntentCancelRequested: a subscription has one working intent and one pending signal; a returned
  //    intent is acted on once.
  //  - IntentsReturned, RiskRejected: give back an intent that existed; each intent is given back once.
  //  - NettingBatchFormed, RiskApproved: a batch is judged once, and only for the intents that formed it.
  //  - WithdrawalRequested, CapitalReleased: a withdrawal asks each subscription a bounded number of times.
  //  - NetOrderRequested, OrderRejected: one refusal (NOT_APPROVED) for one request, and one request for one approval.
  //  - CancelRequested, OrderCanceled, OrderFilled: follow one order's life cycle, which has no cycle.
  static const std::set<std::string> spend = {"IntentCreated",       "IntentCancelRequested", "IntentsReturned",  "RiskRejected",
                                              "NettingBatchFormed",  "RiskApproved",          "WithdrawalRequested", "CapitalReleased",
                                              "NetOrderRequested",   "OrderRejected",         "CancelRequested",  "OrderCanceled",
                                              "OrderFilled"};
  std::set<Edge> rest;
  for (const Edge& edge : edges<AccountTopology>())
    if (!spend.contains(edge.event)) rest.insert(edge);
  // What is left must have an order: take away who has nobody left to cause it, until nobody is left.
  std::set<EntityKind> open;
  for (const Edge& edge : rest) open.insert({edge.from, edge.to});
  for (bool moved = true; moved;) {
    moved = false;
    for (auto it = open.begin(); it != open.end();) {
      const bool caused = std::any_of(rest.begin(), rest.end(), [&](const Edge& e) { return e.to == *it && open.contains(e.from); });
      it = caused ? std::next(it) : (moved = true, open.erase(it));
    }
  }
  for (const Edge& edge : rest)
    if (open.contains(edge.from) && open.contains(edge.to))
      UNSCOPED_INFO(static_cast<int>(edge.from) << " -" << edge.event << "-> " << static_cast<int>(edge.to));
  CHECK(open.empty());
  CHECK(edges<VenueTopology>().empty());
}
