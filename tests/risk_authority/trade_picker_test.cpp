// The trade picker: how many products an account may have open, counted without races.
#include <rapidcheck.h>

#include <set>

#include "tests/catch.hpp"
#include "tests/risk_authority/account.hpp"

using namespace tally;
using namespace tally::test;

namespace {

RiskLimits picker(std::int64_t open_positions_max, bool allow_short = true, bool sell_requires_long = false) {
  RiskLimits limits = generous();
  limits.open_positions_max = open_positions_max;
  limits.allow_short = allow_short;
  limits.sell_requires_long = sell_requires_long;
  return limits;
}

Account with_marks(RiskLimits limits) {
  Account account = Account::ready(limits);
  for (const char* product : {"ETH", "SOL", "XRP", "ADA"}) account.mark(product, 10);
  return account;
}

}  // namespace

TEST_CASE("A buy of a product that is not open takes one of open_positions_max slots") {
  Account account = with_marks(picker(3));
  account.hold("BTC", 1, 100);
  account.hold("ETH", 1, 10);
  account.hold("SOL", 1, 10);
  CHECK(denied_by(account.judge("XRP", {{0, 1}})) == "OPEN_LIMIT_EXCEEDED");
  CHECK(denied_by(account.judge("SOL", {{0, 1}})) == "");   // already open
}

TEST_CASE("A slot is taken at the approval, not at the fill, and free again when nothing came of it") {
  Account account = with_marks(picker(1));
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
  const BatchId first = account.last.batch;
  CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "OPEN_LIMIT_EXCEEDED");
  CHECK(denied_by(account.judge("BTC", {{0, 1}}, BatchKind::withdrawal)) == "");   // the slot's own product

  SECTION("rejected by the venue") {
    account.give(
        IntentsReturned{account.last.batch, RuleId("CANCELLED"), "", {{{SubscriptionId("sub-1"), 1}, Quantity::whole(1)}}, 1});
    account.command(first, Quantity::whole(1));
    account.refuse(first);
    CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "");
  }
  SECTION("given back by the book before an order existed") {
    account.give(
        IntentsReturned{account.last.batch, RuleId("CANCELLED"), "", {{{SubscriptionId("sub-1"), 1}, Quantity::whole(1)}}, 1});
    account.give(IntentsReturned{first, RuleId("MID_UNAVAILABLE"), "", {{{SubscriptionId("sub-1"), 1}, Quantity::whole(1)}}, 2});
    CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "");
  }
}

TEST_CASE("Without reserve_on_open only what is really open counts") {
  RiskLimits limits = picker(1);
  limits.reserve_on_open = false;
  Account account = with_marks(limits);
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
  CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "");
  account.command(account.last.batch, Quantity::whole(1));
  account.fill(account.last.batch, Quantity::whole(1), 10);
  CHECK(denied_by(account.judge("SOL", {{0, 1}})) == "OPEN_LIMIT_EXCEEDED");
}

TEST_CASE("A product whose sources net to zero is still open") {
  Account account = with_marks(picker(1));
  account.judge("BTC", {{0, 5, "a", "alpha"}, {0, -5, "b", "beta"}});
  account.give(
      InternalNettingSettled{account.last.batch,
                             {},
                             Price::whole(100),
                             "test",
                             account.now,
                             0,
                             Quantity::whole(5),
                             1,
                             {{SignalSourceId("alpha"), Quantity::whole(5)}, {SignalSourceId("beta"), Quantity::whole(-5)}},
                             {}});
  CHECK(account.state().products.at(ProductId("BTC")).position == Quantity{});
  CHECK(account.state().products.at(ProductId("BTC")).reservations.empty());
  CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "OPEN_LIMIT_EXCEEDED");
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
}

TEST_CASE("An opening sell, by the three settings") {
  struct Row {
    bool allow_short, sell_requires_long;
    std::int64_t held;
    std::int64_t open_max;
    const char* expected;
  };
  const Row rows[] = {
      {true, false, 0, 1, ""},                      // a short counts like a buy
      {true, false, 0, 0, "OPEN_LIMIT_EXCEEDED"},
      {true, true, 0, 1, ""},                       // allow_short lets it, whatever a sell else requires
      {true, true, -2, 1, ""},
      {false, false, 0, 1, "NO_OPEN_POSITION"},     // needs an open position on either side
      {false, false, 0, 0, "NO_OPEN_POSITION"},     // and is not counted as an opening
      {false, false, 2, 1, ""},
      {false, false, -2, 1, ""},
      {false, false, 2, 0, ""},                     // open already: no slot is asked for
      {false, true, 0, 1, "NO_OPEN_POSITION"},      // strictly a long one
      {false, true, 2, 1, ""},
      {false, true, -2, 1, "NO_OPEN_POSITION"},
  };
  for (const Row& row : rows) {
    INFO(row.allow_short << row.sell_requires_long << " held " << row.held << " of " << row.open_max);
    Account account = with_marks(picker(3));
    if (row.held) account.hold("BTC", row.held, 100);
    account.set(picker(row.open_max, row.allow_short, row.sell_requires_long));
    CHECK(denied_by(account.judge("BTC", {{0, -1}})) == row.expected);
  }
}

TEST_CASE("Strict sells count pending sells as gone") {
  Account account = with_marks(picker(3));
  account.hold("BTC", 2, 100);
  account.set(picker(3, false, true));
  account.judge("BTC", {{-2, 0}}, BatchKind::withdrawal);   // closes all of it, not yet filled
  CHECK(denied_by(account.judge("BTC", {{0, -1}})) == "NO_OPEN_POSITION");
}

TEST_CASE("Drift assigned to a subscription counts as open until that subscription's source has closed it") {
  Account account = with_marks(picker(1));
  account.give(DriftResolved{1, DriftKind::position, DriftResolution::assigned, ProductId("BTC"), Quantity::whole(3),
                             Price::whole(100), SubscriptionId("sub-1"), "found", 1, account.now});
  CHECK(account.state().products.at(ProductId("BTC")).position == Quantity::whole(3));
  CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "OPEN_LIMIT_EXCEEDED");
  account.judge("BTC", {{-3, 0, "sub-1", "gamma"}});
  CHECK(account.state().products.at(ProductId("BTC")).sources.at(SignalSourceId("gamma")) == Quantity::whole(3));
  account.command(account.last.batch, Quantity::whole(-3));
  account.fill(account.last.batch, Quantity::whole(-3), 100, {}, {}, "gamma");
  CHECK(account.state().totals.open == 0);
  CHECK(denied_by(account.judge("ETH", {{0, 1}})) == "");
}

// Every product's batch may be judged before any other's fills arrive, and may end in any way.
TEST_CASE("However judgements and fills interleave, never more products are open than allowed") {
  REQUIRE(rc::check("open <= open_positions_max", [] {
    constexpr int products = 8;
    const auto cap = *rc::gen::inRange<std::int64_t>(0, 5);
    Account account = Account::ready(picker(cap));
    std::vector<std::string> names;
    for (int i = 0; i < products; ++i) account.mark(names.emplace_back("P" + std::to_string(i)).c_str(), 10);
    struct Order {
      BatchId batch;
      Quantity leaves;   // signed
      bool commanded = false;
      bool live = false;
    };
    std::vector<Order> orders(products);
    std::vector<Quantity> held(products);

    for (int step = 0; step < 60; ++step) {
      const auto p = *rc::gen::inRange(0, products);
      const auto at = static_cast<std::size_t>(p);
      Order& order = orders[at];
      const char* name = names[at].c_str();
      const auto what = *rc::gen::inRange(0, 6);
      if (!order.live) {
        const std::int64_t side = what % 2 ? 1 : -1;
        const bool closes = held[at] != Quantity{} && what < 3;
        const Quantity q = closes ? -held[at] : Quantity::whole(side);
        NettingBatchFormed batch = account.batch(name, {{}});
        (closes ? batch.rows[0].close : batch.rows[0].open) = q;
        if (has<RiskApproved>(account.give(batch))) order = {batch.batch, q, false, true};
      } else if (!order.commanded && what == 0) {
        account.give(IntentsReturned{order.batch, RuleId("CANCELLED"), "", {{{SubscriptionId("sub-1"), 1}, order.leaves}}, 1});
        order.live = false;
      } else if (!order.commanded) {
        account.command(order.batch, order.leaves);
        order.commanded = true;
      } else if (what == 0) {
        account.cancel(order.batch);
        order.live = false;
      } else {
        const Quantity part = what < 3 && abs(order.leaves) > quantity("0.1")
                                  ? Quantity::from_units(order.leaves.units() / 2)
                                  : order.leaves;
        order.leaves -= part;
        held[at] += part;
        account.fill(order.batch, part, 10, abs(order.leaves));
        if (order.leaves == Quantity{}) order.live = false;
      }
      std::int64_t open = 0;
      std::set<int> busy;
      for (int i = 0; i < products; ++i) {
        const auto k = static_cast<std::size_t>(i);
        if (held[k] != Quantity{}) ++open, busy.insert(i);
        if (orders[k].live && held[k] == Quantity{}) busy.insert(i);
      }
      RC_ASSERT(open <= cap);
      RC_ASSERT(account.state().totals.open == open);
      RC_ASSERT(static_cast<std::int64_t>(busy.size()) <= cap);
    }
    return true;
  }));
}
