// The four replay regressions: after each story the journal, decided anew and replayed, gives the same entries and states,
// byte for byte, and every unit is in one place.
#include <array>

#include "actors/topology.hpp"
#include "tests/account/laws.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::account;

namespace {

class Story {
 public:
  explicit Story(std::int64_t window_ms = 0) {
    AccountConfigured account;
    account.account = AccountId(rig.shard());
    account.currency = "USD";
    account.minimum_unit = one_cent;
    rig.submit(account);
    ProductDefined product;
    product.product = btc;
    product.lot = Quantity::parse("0.001");
    product.tick = Price::parse("0.01");
    product.minimum_unit = one_cent;
    product.netting_window_ms = window_ms;
    rig.submit(product);
    rig.market[btc] = {Price::parse("1000"), Price::parse("0.01"), BookState::two_sided, 0};
    RiskLimits limits;
    limits.position_max = limits.order_quantity_max = Quantity::whole(1'000);
    limits.order_notional_max = limits.gross_notional_max = limits.daily_loss_max = Money::whole(10'000'000);
    limits.leverage_max = Ratio::whole(10);
    limits.drawdown_max = Ratio::parse("0.9");
    limits.open_positions_max = 3;
    rig.submit(ChangeLimits{key(), OperatorId("ada"), limits});
    rig.submit(ShardStarted{"node", "test", rig.now});
    rig.submit(rig.venue.state(std::get<VenueStateRequested>(rig.to_venue.front()), rig.now));
    rig.to_venue.clear();
  }

  Stage rig;
  const ProductId btc{"BTC-USD"};

  // One investor of that name with one subscription of that name, at a leverage of 1.
  void investor(const char* name, const char* source, const char* capital) {
    rig.submit(DepositFunds{key(), InvestorId(name), Money::parse(capital)});
    SubscriptionTerms terms;
    terms.risk_fraction = Ratio::whole(1);
    terms.leverage_max = Ratio::whole(1);
    terms.stop_required = false;
    rig.submit(AddSubscription{key(), SubscriptionId(name), InvestorId(name), SignalSourceId(source), btc, Money::parse(capital),
                               terms});
  }
  void signal(const char* source, int direction) {
    rig.submit(SendSignal{key(), SignalSourceId(source), btc, {static_cast<std::int8_t>(direction)}, {}});
  }
  OrderCommanded send() {
    const auto order = std::get<OrderCommanded>(rig.to_venue.front());
    rig.to_venue.pop_front();
    rig.venue.take(order);
    rig.submit(OrderSendReported{order.order, SendOutcome::sent, ""});
    return order;
  }
  void fill(const OrderCommanded& order, const char* quantity, const char* price) {
    rig.submit(rig.venue.fill(order.order, Quantity::parse(quantity), Price::parse(price), 1, rig.now));
  }
  const Subscription::State& of(const char* name) { return rig.state<Subscription>(name); }

  void replays() {
    Laws laws(rig);
    CHECK(laws.broken() == "");
    CHECK(laws.replay_differs() == "");
  }

  IdempotencyKey key() { return IdempotencyKey("k" + std::to_string(++keys_)); }

 private:
  int keys_ = 0;
};

}  // namespace

TEST_CASE("A provider's rejection replays exactly and leaves every ledger as it was") {
  Story story;
  story.investor("ann", "trend", "6000");
  story.signal("trend", 1);
  const OrderCommanded order = story.send();
  story.rig.submit(story.rig.venue.reject(order.order, story.rig.now, "no"));
  CHECK(story.of("ann").cash == Money::whole(6'000));
  CHECK(story.of("ann").position == Quantity{});
  CHECK(story.rig.last<IntentReleased>().quantity == Quantity::whole(6));
  story.replays();
}

TEST_CASE("Weights 6, 6 and 2 get 10 lots and then 1 more: nobody's share ever shrinks, and the story replays exactly") {
  Story story;
  story.investor("ann", "trend", "6");
  story.investor("bob", "trend", "6");
  story.investor("cid", "trend", "2");
  story.signal("trend", 1);
  const OrderCommanded order = story.send();
  REQUIRE(order.quantity == Quantity::parse("0.014"));
  story.fill(order, "0.01", "1000.01");
  const std::array<Quantity, 3> ten = {story.of("ann").position, story.of("bob").position, story.of("cid").position};
  CHECK(ten[0] + ten[1] + ten[2] == Quantity::parse("0.01"));
  story.fill(order, "0.001", "999.99");
  const std::array<Quantity, 3> eleven = {story.of("ann").position, story.of("bob").position, story.of("cid").position};
  for (std::size_t i = 0; i < 3; ++i) CHECK(eleven[i] >= ten[i]);
  CHECK(eleven[0] + eleven[1] + eleven[2] == Quantity::parse("0.011"));
  story.rig.submit(story.rig.venue.cancel(order.order, story.rig.now));
  story.replays();
}

TEST_CASE("Two opposite signals of one size net to zero: one cross at mid, no order, no fee, and it replays exactly") {
  Story story(100);
  story.investor("ann", "trend", "5000");
  story.investor("bob", "mean", "5000");
  story.signal("trend", 1);
  story.signal("mean", -1);
  story.rig.advance(200 * ns_per_ms);
  CHECK(story.rig.to_venue.empty());
  const auto crosses = story.rig.all<InternalNettingSettled>();
  REQUIRE(crosses.size() == 1);
  CHECK(crosses[0].mid == Price::whole(1'000));
  CHECK(crosses[0].mid_source == "test");
  CHECK(story.of("ann").position == Quantity::whole(5));
  CHECK(story.of("bob").position == -Quantity::whole(5));
  CHECK(story.of("ann").fees == Money{});
  story.replays();
}

TEST_CASE(
    "What is below the minimum unit stays in the investor's own buffer when everything else is withdrawn, and it replays "
    "exactly") {
  Story story;
  story.investor("ann", "trend", "1000");
  story.investor("bob", "trend", "1000");
  story.signal("trend", 1);
  const OrderCommanded order = story.send();
  story.fill(order, order.quantity.text().c_str(), "999.987");
  story.rig.submit(WithdrawFunds{story.key(), InvestorId("ann"), Money::whole(100'000), true, one_cent});
  const OrderCommanded reduction = story.send();
  CHECK(reduction.batch.kind == BatchKind::withdrawal);
  story.fill(reduction, reduction.quantity.text().c_str(), "1000.0009");
  const auto& ann = story.rig.state<Investor>("ann");
  CHECK(ann.unallotted == Money{});
  CHECK(ann.buffer < one_cent);
  CHECK(ann.buffer > Money{});
  CHECK(story.of("ann").position == Quantity{});
  CHECK(story.of("ann").cash == Money{});
  CHECK(whole_units(story.rig.last<WithdrawalSettled>().paid, one_cent).residual == Money{});
  CHECK(story.of("bob").position == Quantity::whole(1));
  story.replays();
}
