// What approved batches hold until they are done: never more, never less, never for ever.
#include <rapidcheck.h>

#include "tests/catch.hpp"
#include "tests/risk_authority/account.hpp"

using namespace tally;
using namespace tally::test;

namespace {

Quantity reserved(const RiskState& state, const char* product) {
  Quantity sum;
  for (const Reservation& reservation : state.products.at(ProductId(product)).reservations)
    sum += abs(reservation.buy - reservation.sell);
  return sum;
}

DeadlineReached reached(const DeadlineSet& set) { return {set.target, set.name, set.at}; }

AccountTotals recomputed(const RiskState& state) {
  AccountTotals totals;
  for (const auto& [id, product] : state.products) add(totals, contribution(product));
  return totals;
}

bool same(const AccountTotals& a, const AccountTotals& b) {
  return a.marked == b.marked && a.exposed == b.exposed && a.open == b.open && a.pending == b.pending;
}

}  // namespace

TEST_CASE("A reservation that was never commanded ends with its time to live, and only then") {
  RiskLimits limits = generous();
  limits.reservation_ttl_ms = 1'000;
  Account account = Account::ready(limits);
  const auto decided = account.judge("BTC", {{0, 5}});
  const BatchId batch = account.last.batch;
  const DeadlineSet deadline = only<DeadlineSet>(decided);
  CHECK(deadline.at == only<RiskApproved>(decided).expires_at);
  CHECK(deadline.target == EntityRef{EntityKind::risk_authority, Symbol("acct")});

  SECTION("not commanded: released") {
    account.pass(1'000);
    const ReservationReleased released = only<ReservationReleased>(account.give(reached(deadline)));
    CHECK(released.batch == batch);
    CHECK(released.rule == RuleId("EXPIRED"));
    CHECK(released.quantity == Quantity::whole(5));
    CHECK(account.state().totals.pending == 0);
  }
  SECTION("commanded: held as long as the order lives") {
    account.command(batch, Quantity::whole(5));
    account.pass(1'000);
    CHECK(account.give(reached(deadline)).empty());
    CHECK(reserved(account.state(), "BTC") == Quantity::whole(5));
    account.fill(batch, Quantity::whole(2), 100, Quantity::whole(3));
    CHECK(reserved(account.state(), "BTC") == Quantity::whole(3));
    account.cancel(batch);
    CHECK(reserved(account.state(), "BTC") == Quantity{});
  }
  SECTION("one deadline serves all: the next is set for what is still held") {
    account.mark("ETH", 10);
    account.pass(400);
    CHECK_FALSE(has<DeadlineSet>(account.judge("ETH", {{0, 1}})));
    account.pass(600);
    const auto swept = account.give(reached(deadline));
    CHECK(only<ReservationReleased>(swept).batch == batch);
    const DeadlineSet next = only<DeadlineSet>(swept);
    CHECK(next.at == account.now + 400 * ns_per_ms);
    account.pass(400);
    const auto last = account.give(reached(next));
    CHECK(only<ReservationReleased>(last).batch.product == ProductId("ETH"));
    CHECK_FALSE(has<DeadlineSet>(last));
    CHECK(account.state().sweep_at == Time{});
  }
  SECTION("a shorter time to live brings the deadline forward, and the older one is ignored") {
    limits.reservation_ttl_ms = 100;
    account.set(limits);
    account.mark("ETH", 10);
    const DeadlineSet sooner = only<DeadlineSet>(account.judge("ETH", {{0, 1}}));
    account.pass(100);
    const auto swept = account.give(reached(sooner));
    CHECK(only<ReservationReleased>(swept).batch.product == ProductId("ETH"));
    CHECK(only<DeadlineSet>(swept).at == deadline.at);
  }
}

TEST_CASE("Closings are reserved but never expire") {
  Account account = Account::ready();
  const auto decided = account.judge("BTC", {{-5, 0}});
  CHECK_FALSE(has<DeadlineSet>(decided));
  CHECK(reserved(account.state(), "BTC") == Quantity::whole(5));
  CHECK(account.state().totals.pending == 0);
}

TEST_CASE("A cross settles its part of the reservation; the rest is the order's") {
  Account account = Account::ready();
  account.judge("BTC", {{0, 8, "a", "alpha"}, {0, -5, "b", "beta"}});
  CHECK(reserved(account.state(), "BTC") == Quantity::whole(3));
  account.give(
      InternalNettingSettled{account.last.batch, {}, Price::whole(100), "test", account.now, 0, Quantity::whole(5), 1, {}, {}});
  const auto& held = account.state().products.at(ProductId("BTC")).reservations;
  REQUIRE(held.size() == 1);
  CHECK(held[0].buy == Quantity::whole(3));
  CHECK(held[0].sell == Quantity{});
}

TEST_CASE("The next shared batch of a book ends an older approval that never became an order") {
  Account account = Account::ready();
  account.judge("BTC", {{-5, 0}});
  account.judge("BTC", {{0, 2}});
  CHECK(reserved(account.state(), "BTC") == Quantity::whole(2));
}

// A book and a venue of a few lines: they approve, cross, command, fill, cancel, reject, give back and expire at random.
TEST_CASE("The sum of reservations is the sum of the leaves of approved orders, and the totals are their own recomputation") {
  REQUIRE(rc::check("reserved = leaves", [] {
    RiskLimits limits = generous();
    limits.reservation_ttl_ms = 1'000;
    Account account = Account::ready(limits);
    account.mark("ETH", 10);
    struct Order {
      BatchId batch;
      Quantity buy, sell;    // approved and not crossed
      Quantity leaves;       // of the order, signed; before it exists: what it would be
      bool commanded = false, opens = false;
      Time expires_at;
    };
    struct Lane {
      const char* product;
      BatchKind kind;
      std::vector<Order> live;
    };
    Lane lanes[] = {{"BTC", BatchKind::shared, {}}, {"ETH", BatchKind::shared, {}}, {"BTC", BatchKind::withdrawal, {}}};
    std::optional<DeadlineSet> deadline;
    const auto see = [&](const std::vector<Message>& decided) {
      for (const DeadlineSet& set : all_of<DeadlineSet>(decided)) deadline = set;
      return decided;
    };
    for (int step = 0; step < 80; ++step) {
      Lane& lane = lanes[*rc::gen::inRange(0, 3)];
      const auto what = *rc::gen::inRange(0, 8);
      if (lane.live.empty()) {
        std::vector<Wish> wishes;
        const auto some = [&] { return *rc::gen::inRange<std::int64_t>(-6, 7); };
        for (int i = 0; i < 3; ++i) {
          const std::int64_t n = some();
          if (lane.kind == BatchKind::withdrawal || i == 0) wishes.push_back({n, 0});
          else wishes.push_back({0, n});
        }
        const auto approved = all_of<RiskApproved>(see(account.judge(lane.product, wishes, lane.kind)));
        RC_ASSERT(approved.size() == 1);
        if (approved[0].buy == Quantity{} && approved[0].sell == Quantity{}) continue;
        lane.live.push_back({account.last.batch, approved[0].buy, approved[0].sell, approved[0].buy - approved[0].sell, false,
                             approved[0].expires_at != Time{}, approved[0].expires_at});
      } else {
        Order& order = lane.live.back();
        if (!order.commanded && what < 2) {   // the book gives it all back
          std::vector<ReturnedRow> rows;
          if (order.buy > Quantity{}) rows.push_back({{SubscriptionId("a"), 1}, order.buy});
          if (order.sell > Quantity{}) rows.push_back({{SubscriptionId("b"), 1}, -order.sell});
          account.give(IntentsReturned{order.batch, RuleId("MID_UNAVAILABLE"), "", rows, 1});
          lane.live.clear();
        } else if (!order.commanded) {
          const Quantity crossed = std::min(order.buy, order.sell);
          if (crossed > Quantity{})
            account.give(InternalNettingSettled{order.batch, {}, Price::whole(100), "t", account.now, 0, crossed, 1, {}, {}});
          if (order.leaves == Quantity{}) {
            lane.live.clear();
          } else {
            account.command(order.batch, order.leaves);
            order.commanded = true;
          }
        } else if (what == 0) {
          account.refuse(order.batch);
          lane.live.clear();
        } else if (what == 1) {
          account.cancel(order.batch);
          lane.live.clear();
        } else {
          const Quantity part = what < 5 && abs(order.leaves) > quantity("0.01") ? Quantity::from_units(order.leaves.units() / 3)
                                                                                  : order.leaves;
          order.leaves -= part;
          account.fill(order.batch, part, 100, abs(order.leaves));
          if (order.leaves == Quantity{}) lane.live.clear();
        }
      }
      if (what == 7) account.pass(*rc::gen::inRange<std::int64_t>(0, 700));
      if (deadline && deadline->at <= account.now) {
        const DeadlineSet due = *deadline;
        deadline.reset();
        see(account.give(reached(due)));
        for (Lane& any : lanes)
          std::erase_if(any.live, [&](const Order& o) { return !o.commanded && o.opens && o.expires_at <= account.now; });
      }
      Quantity leaves;
      for (const Lane& any : lanes)
        for (const Order& order : any.live) leaves += abs(order.leaves);
      RC_ASSERT(reserved(account.state(), "BTC") + reserved(account.state(), "ETH") == leaves);
      RC_ASSERT(same(account.state().totals, recomputed(account.state())));
    }
    return true;
  }));
}

TEST_CASE("However batches are judged and filled, no position, gross notional or leverage passes its limit by openings") {
  REQUIRE(rc::check("hard limits hold", [] {
    RiskLimits limits = generous();
    limits.position_max = Quantity::whole(*rc::gen::inRange(0, 15));
    limits.gross_notional_max = Money::whole(*rc::gen::inRange(0, 2'500));
    Account account = Account::ready(limits);
    const char* products[] = {"BTC", "ETH", "SOL"};
    for (const char* product : products) account.mark(product, 100);
    std::vector<std::pair<BatchId, Quantity>> live;
    for (int step = 0; step < 60; ++step) {
      if (*rc::gen::arbitrary<bool>()) {
        const char* product = products[*rc::gen::inRange(0, 3)];
        // A withdrawal's lane lets several batches of a product be under way at once.
        const auto decided =
            account.judge(product, {{0, *rc::gen::inRange<std::int64_t>(-9, 10)}, {0, *rc::gen::inRange<std::int64_t>(-9, 10)}},
                          BatchKind::withdrawal);
        for (const RiskApproved& approved : all_of<RiskApproved>(decided)) {
          const Quantity net = approved.buy - approved.sell;
          if (approved.buy > Quantity{} && approved.sell > Quantity{})
            account.give(InternalNettingSettled{approved.batch, {}, Price::whole(100), "t", account.now, 0,
                                                std::min(approved.buy, approved.sell), 1, {}, {}});
          if (net == Quantity{}) continue;
          account.command(approved.batch, net);
          live.emplace_back(approved.batch, net);
        }
      } else if (!live.empty()) {
        const auto at = static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(live.size())));
        const auto [batch, net] = live[at];
        account.fill(batch, net, 100);
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
      }
      Money gross;
      for (const char* product : products) {
        const Quantity position = account.state().products.at(ProductId(product)).position;
        RC_ASSERT(abs(position) <= *limits.position_max);
        gross += abs(notional(Price::whole(100), position));
      }
      RC_ASSERT(gross <= *limits.gross_notional_max);
    }
    return true;
  }));
}
