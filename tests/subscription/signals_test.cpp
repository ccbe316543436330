// What a subscription does about signals, and about what becomes of its intents.
#include "tests/catch.hpp"
#include "tests/subscription/world.hpp"

using namespace tally;
using namespace tally::world;

namespace {

const Price hundred = Price::whole(100);

Quantity lots(const char* text) { return Quantity::parse(text); }

// One investor, one subscription with 1000: risks 10 % at ratio 1, so an opening at 100 is 1.0; leverage allows 20.
struct Alone : World {
  explicit Alone(SubscriptionTerms terms = usual_terms(), Money capital = Money::whole(1'000)) {
    deposit("ada", Money::whole(10'000), "d1");
    add("ada-1", "ada", capital, terms);
  }
  const Subscription::State& state() { return subscription("ada-1"); }
  const Order& order() {
    REQUIRE(orders.size() == 1);
    return orders.begin()->second;
  }
  IntentId working() { return order().intent.intent; }
  // An open position of `direction`, by a signal of its own.
  void open(int direction, Price price = hundred) {
    signal(direction, "open-" + std::to_string(++opened_), price);
    fill_all(price);
    REQUIRE(sign(state().position) == direction);
  }
  int opened_ = 0;
};

}  // namespace

TEST_CASE("An opening signal becomes one intent, sized with the price it came with") {
  Alone world;
  const auto intent = one<IntentCreated>(world.signal(1, "s1", hundred, Ratio::parse("0.5")));
  CHECK(intent.intent == IntentId{SubscriptionId("ada-1"), 1});
  CHECK(intent.investor == InvestorId("ada"));
  CHECK(intent.source == source);
  CHECK(intent.product == product);
  CHECK(intent.reason == IntentReason::signal);
  CHECK(intent.close == Quantity{});
  CHECK(intent.open == lots("2"));  // 100 at risk / (0.5 x 100)
  CHECK(intent.target == lots("2"));
  CHECK(intent.price == hundred);
  CHECK(intent.price_source == "sim");
  CHECK(intent.virtual_capital == Money::whole(1'000));
  CHECK(intent.stop_loss_ratio == Ratio::parse("0.5"));
  CHECK(intent.signal == IdempotencyKey("s1"));
}

TEST_CASE("Where no stop is required and none is given, the ratio is one") {
  Alone world;
  const auto intent = one<IntentCreated>(world.signal(-1, "s1", hundred));
  CHECK(intent.open == lots("-1"));
  CHECK(intent.stop_loss_ratio == Ratio::whole(1));
}

TEST_CASE("An opening that cannot be sized is released beside the wish that it was") {
  struct Row {
    const char* rule;
    SubscriptionTerms terms;
    Money capital;
    Price mark;
  };
  SubscriptionTerms inactive = usual_terms();
  inactive.active = false;
  SubscriptionTerms stop_required = usual_terms();
  stop_required.stop_required = true;
  SubscriptionTerms huge = usual_terms();
  huge.leverage_max = Ratio::whole(1'000'000'000);
  huge.risk_fraction = Ratio::whole(1);
  const Row rows[] = {
      {"INACTIVE", inactive, Money::whole(1'000), hundred},
      {"STOP_REQUIRED", stop_required, Money::whole(1'000), hundred},
      {"MARK_MISSING", usual_terms(), Money::whole(1'000), Price{}},
      {"VC_EXHAUSTED", usual_terms(), Money{}, hundred},
      {"BELOW_MIN_LOT", usual_terms(), Money::whole(99), hundred},
      {"SIZE_OUT_OF_RANGE", huge, Money::whole(10'000), Price::from_units(1)},
  };
  for (const Row& row : rows) {
    INFO(row.rule);
    Alone world(row.terms, row.capital);
    const auto decided = world.signal(1, "s1", row.mark);
    const auto intent = one<IntentCreated>(decided);
    CHECK(intent.close + intent.open == Quantity{});
    CHECK(!intent.stop_loss_ratio);
    const auto released = one<IntentReleased>(decided);
    CHECK(released.intent == intent.intent);
    CHECK(released.rule.text() == row.rule);
    CHECK(released.quantity == Quantity{});
    CHECK(!released.reason.empty());
    CHECK(world.orders.empty());
    CHECK(outstanding(world.state()) == Quantity{});
  }
}

TEST_CASE("A repeated direction does not resize") {
  Alone world;
  world.open(1);
  const Subscription::State before = world.state();
  CHECK(world.signal(1, "s2", Price::whole(50), Ratio::parse("0.01")).size() == 1);  // SignalReceived alone
  CHECK(world.state().position == before.position);
  CHECK(world.state().stop_loss_ratio == before.stop_loss_ratio);
}

TEST_CASE("A refused opening does not stand in the way of the next one") {
  Alone world;
  world.signal(1, "s1", hundred);
  const auto released = one<IntentReleased>(world.give_back(world.working()));
  CHECK(released.rule == RuleId("ORDER_REJECTED"));
  CHECK(released.quantity == lots("1"));
  CHECK(one<IntentCreated>(world.signal(1, "s2", hundred)).open == lots("1"));
}

TEST_CASE("The opposite direction closes and opens in one intent, with its own stop ratio") {
  Alone world;
  world.open(1);
  const auto intent = one<IntentCreated>(world.signal(-1, "s2", hundred, Ratio::parse("0.25")));
  CHECK(intent.close == lots("-1"));
  CHECK(intent.open == lots("-4"));
  CHECK(intent.target == lots("-4"));
  CHECK(world.state().stop_loss_ratio == Ratio::whole(1));  // frozen until the position turns
  world.fill(intent.intent, lots("-1"), hundred);
  CHECK(!world.state().stop_loss_ratio);
  world.fill(intent.intent, lots("-4"), hundred);
  CHECK(world.state().stop_loss_ratio == Ratio::parse("0.25"));
  CHECK(world.state().position == lots("-4"));
}

TEST_CASE("Where the opposite opening is refused, the close is honoured") {
  Alone world;
  world.open(1);
  SubscriptionTerms terms = usual_terms();
  terms.active = false;
  world.submit({ChangeSubscription{IdempotencyKey("c1"), SubscriptionId("ada-1"), InvestorId("ada"), terms}});
  const auto decided = world.signal(-1, "s2", hundred);
  const auto intent = one<IntentCreated>(decided);
  CHECK(intent.close == lots("-1"));
  CHECK(intent.open == Quantity{});
  CHECK(one<IntentReleased>(decided).rule == RuleId("INACTIVE"));
  world.fill_all(hundred);
  CHECK(world.state().position == Quantity{});
}

TEST_CASE("Direction 0 without a position is a success") {
  Alone world;
  const auto decided = world.signal(0, "s1", hundred);
  const auto flat = one<SignalForcedFlatHandled>(decided);
  CHECK(flat.subscription == SubscriptionId("ada-1"));
  CHECK(flat.signal == IdempotencyKey("s1"));
  CHECK(flat.position == Quantity{});
  CHECK(!flat.closing);
  CHECK(all<IntentCreated>(decided).empty());
  CHECK(held_flat(world.state()));
}

TEST_CASE("Direction 0 closes the whole position at once, without price, capital or activity") {
  Alone world;
  world.open(-1);
  SubscriptionTerms terms = usual_terms();
  terms.active = false;
  terms.stop_required = true;
  world.submit({ChangeSubscription{IdempotencyKey("c1"), SubscriptionId("ada-1"), InvestorId("ada"), terms}});
  const auto decided = world.signal(0, "s2", Price{});
  const auto intent = one<IntentCreated>(decided);
  CHECK(intent.reason == IntentReason::forced_flat);
  CHECK(intent.close == lots("1"));
  CHECK(intent.open == Quantity{});
  CHECK(intent.target == Quantity{});
  CHECK(one<SignalForcedFlatHandled>(decided).closing == intent.intent);
  CHECK(one<SignalForcedFlatHandled>(decided).position == lots("-1"));
  world.fill_all(hundred);
  CHECK(world.state().position == Quantity{});
  CHECK(!world.state().stop_loss_ratio);
}

TEST_CASE("A second direction 0 names the closing that is under way") {
  Alone world;
  world.open(1);
  const auto first = one<IntentCreated>(world.signal(0, "s2", hundred));
  const auto decided = world.signal(0, "s3", hundred);
  CHECK(one<SignalForcedFlatHandled>(decided).closing == first.intent);
  CHECK(all<IntentCreated>(decided).empty());
  CHECK(all<IntentCancelRequested>(decided).empty());
}

TEST_CASE("Direction 0 cancels a working opening first, and closes what it had traded when it is over") {
  Alone world;
  world.signal(1, "s1", hundred);
  const IntentId opening = world.working();
  world.fill(opening, lots("0.4"), hundred);
  const auto decided = world.signal(0, "s2", hundred);
  CHECK(one<IntentCancelRequested>(decided).intent == opening);
  CHECK(one<SignalForcedFlatHandled>(decided).position == lots("0.4"));
  CHECK(all<IntentCreated>(decided).empty());

  world.fill(opening, lots("0.2"), hundred);  // the shared order trades on
  const auto after = world.give_back(opening, "CANCELLED");
  CHECK(one<IntentReleased>(after).quantity == lots("0.4"));
  const auto closing = one<IntentCreated>(after);
  CHECK(closing.reason == IntentReason::forced_flat);
  CHECK(closing.close == lots("-0.6"));
  CHECK(closing.signal == IdempotencyKey("s2"));
  world.fill_all(hundred);
  CHECK(world.state().position == Quantity{});
}

TEST_CASE("A fill that comes after a cancelled opening is closed too while the flat holds") {
  Alone world;
  world.signal(1, "s1", hundred);
  const IntentCreated opening = world.order().intent;
  world.signal(0, "s2", hundred);
  CHECK(all<IntentCreated>(world.give_back(opening.intent, "CANCELLED")).empty());
  const auto late = one<IntentCreated>(world.fill_late(opening, lots("0.3"), hundred));
  CHECK(late.close == lots("-0.3"));
  CHECK(late.open == Quantity{});
  world.fill_all(hundred);
  CHECK(world.state().position == Quantity{});

  const auto later = one<IntentCreated>(world.fill_late(opening, lots("0.7"), hundred));
  CHECK(later.reason == IntentReason::late_fill);
  CHECK(later.close == lots("-0.7"));
}

TEST_CASE("A fill that comes late without a flat is kept, and counts no intent twice") {
  Alone world;
  world.signal(1, "s1", hundred);
  const IntentCreated opening = world.order().intent;
  world.give_back(opening.intent, "ORDER_CANCELED");
  world.fill_late(opening, lots("0.3"), hundred);
  CHECK(outstanding(world.state()) == Quantity{});
  CHECK(world.state().position == lots("0.3"));
  CHECK(all<IntentCreated>(world.signal(1, "s2", hundred)).empty());
  CHECK(one<IntentCreated>(world.signal(-1, "s3", hundred)).close == lots("-0.3"));
}

TEST_CASE("Drift that is assigned while the flat holds is closed too") {
  Alone world;
  world.signal(0, "s1", hundred);
  DriftResolved drift;
  drift.drift = 7;
  drift.resolution = DriftResolution::assigned;
  drift.product = product;
  drift.quantity = lots("0.5");
  drift.price = Price::parse("99.995");
  drift.subscription = SubscriptionId("ada-1");
  const auto closing = one<IntentCreated>(world.submit({drift}));
  CHECK(closing.close == lots("-0.5"));
  CHECK(world.state().cash == Money::parse("950.0025"));
  CHECK(world.state().lots.at(0).execution == ExecutionId("drift:7"));
}

TEST_CASE("Where the market refuses a flat it is tried again, ever more slowly, with one alert") {
  Alone world;
  world.open(1);
  world.signal(0, "s2", hundred);
  std::vector<std::int64_t> waits;
  std::size_t alerts = 0;
  for (int i = 0; i < 9; ++i) {
    const auto decided = world.give_back(world.working());
    alerts += all<AlertTriggered>(decided).size();
    const auto deadline = one<DeadlineSet>(decided);
    waits.push_back((deadline.at - world.now) / ns_per_s);
    CHECK(all<IntentCreated>(decided).empty());
    world.now = deadline.at;
    const auto retry = one<IntentCreated>(world.submit({DeadlineReached{deadline.target, deadline.name, deadline.at}}));
    CHECK(retry.reason == IntentReason::forced_flat);
    CHECK(retry.close == lots("-1"));
  }
  CHECK(alerts == 1);
  CHECK(waits == std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 64, 64, 64});
}

TEST_CASE("What is below a lot cannot be closed, and is not tried again for ever") {
  Alone world;
  world.open(1);
  DriftResolved drift;
  drift.resolution = DriftResolution::assigned;
  drift.product = product;
  drift.quantity = lots("0.05");
  drift.price = hundred;
  drift.subscription = SubscriptionId("ada-1");
  world.submit({drift});
  const auto closing = one<IntentCreated>(world.signal(0, "s2", hundred));
  CHECK(closing.close == lots("-1.05"));
  world.fill(closing.intent, lots("-1"), hundred);
  const auto decided = world.give_back(closing.intent, "BELOW_MIN_LOT");
  CHECK(one<IntentReleased>(decided).quantity == lots("-0.05"));
  CHECK(decided.size() == 1);
  CHECK(world.state().position == lots("0.05"));
  // Another flat says the same again, and no more.
  const auto again = one<IntentCreated>(world.signal(0, "s3", hundred));
  CHECK(world.give_back(again.intent, "BELOW_MIN_LOT").size() == 1);
}

TEST_CASE("A deadline that something overtook is nothing") {
  Alone world;
  world.open(1);
  world.signal(0, "s2", hundred);
  const auto deadline = one<DeadlineSet>(world.give_back(world.working()));
  world.signal(0, "s3", hundred);  // tries at once
  CHECK(world.submit({DeadlineReached{deadline.target, deadline.name, deadline.at}}).empty());
  world.fill_all(hundred);
  CHECK(world.submit({DeadlineReached{deadline.target, deadline.name, deadline.at}}).empty());
}

TEST_CASE("A flat holds until the next opening signal, and no longer") {
  Alone world;
  world.open(1);
  world.signal(0, "s2", hundred);
  world.fill_all(hundred);
  CHECK(one<IntentCreated>(world.signal(1, "s3", hundred, Ratio::parse("0.5"))).open == lots("2"));
}

TEST_CASE("An opening that comes while the flat still closes waits for it and opens afresh") {
  Alone world;
  world.open(1);
  world.signal(0, "s2", hundred);
  const IntentId closing = world.working();
  const auto decided = world.signal(1, "s3", hundred, Ratio::parse("0.5"));
  CHECK(one<IntentCancelRequested>(decided).intent == closing);
  CHECK(all<IntentCreated>(decided).empty());
  const auto opened = one<IntentCreated>(world.fill(closing, lots("-1"), hundred));
  CHECK(opened.open == lots("2"));
  CHECK(opened.signal == IdempotencyKey("s3"));
}

TEST_CASE("Of the signals that come while an intent works the latest counts") {
  Alone world;
  world.signal(1, "s1", hundred);
  const IntentId opening = world.working();
  CHECK(all<IntentCancelRequested>(world.signal(-1, "s2", hundred)).size() == 1);
  CHECK(all<IntentCancelRequested>(world.signal(-1, "s3", Price::whole(200))).empty());  // asked for already
  const auto after = world.give_back(opening, "CANCELLED");
  const auto intent = one<IntentCreated>(after);
  CHECK(intent.signal == IdempotencyKey("s3"));
  CHECK(intent.open == lots("-0.5"));
  CHECK(intent.price == Price::whole(200));
}

TEST_CASE("A repeated signal does not disturb the opening that works") {
  Alone world;
  world.signal(1, "s1", hundred);
  CHECK(world.signal(1, "s2", hundred).size() == 1);
  world.fill_all(hundred);
  CHECK(world.state().position == lots("1"));
  CHECK(world.orders.empty());
}

TEST_CASE("Risk's denial releases the opening leg alone") {
  Alone world;
  world.open(1);
  const IntentId flip = one<IntentCreated>(world.signal(-1, "s2", hundred)).intent;
  const auto released = one<IntentReleased>(world.deny(flip));
  CHECK(released.quantity == lots("-1"));
  CHECK(released.rule == RuleId("POSITION_LIMIT_EXCEEDED"));
  CHECK(outstanding(world.state()) == lots("-1"));
  world.fill_all(hundred);
  CHECK(world.state().position == Quantity{});
  CHECK(outstanding(world.state()) == Quantity{});
}

TEST_CASE("Where risk denies all there was, a waiting signal has its turn") {
  Alone world;
  world.signal(1, "s1", hundred);
  world.signal(-1, "s2", hundred);
  const auto decided = world.deny(world.working());
  CHECK(one<IntentReleased>(decided).quantity == lots("1"));
  CHECK(one<IntentCreated>(decided).open == lots("-1"));
}

TEST_CASE("A return of one leg leaves the other working") {
  Alone world;
  world.open(1);
  const IntentId flip = one<IntentCreated>(world.signal(-1, "s2", hundred)).intent;
  world.orders.at(flip).left = lots("-1");
  const auto decided = world.submit({world.return_of(flip, lots("-1"), "MID_UNAVAILABLE")});
  CHECK(one<IntentReleased>(decided).rule == RuleId("MID_UNAVAILABLE"));
  CHECK(outstanding(world.state()) == lots("-1"));
  CHECK(all<IntentCreated>(world.fill(flip, lots("-1"), hundred)).empty());
}

TEST_CASE("A signal that could not be taken when it came opens nothing, but closes") {
  Alone world;
  world.open(1);
  SignalReceived late;
  late.key = IdempotencyKey("s9");
  late.source = source;
  late.product = product;
  late.direction = Direction{-1};
  late.received_at = Time{1};
  late.mark = hundred;
  late.lot = lots("0.1");
  late.subscriptions = {SubscriptionId("ada-1")};
  const auto decided = world.submit({late});
  CHECK(one<IntentCreated>(decided).close == lots("-1"));
  CHECK(one<IntentCreated>(decided).open == Quantity{});
  CHECK(one<IntentReleased>(decided).rule == RuleId("STALE"));
}

TEST_CASE("A mark beyond the stop distance warns once a position and trades nothing") {
  Alone world;
  world.signal(1, "s1", hundred, Ratio::parse("0.1"));
  world.fill_all(hundred);
  CHECK(all<AlertTriggered>(world.signal(1, "s2", Price::parse("90.01"))).empty());
  const auto decided = world.signal(1, "s3", Price::whole(90));
  CHECK(one<AlertTriggered>(decided).rule == RuleId("STOP_LOSS_CROSSED"));
  CHECK(all<IntentCreated>(decided).empty());
  CHECK(all<AlertTriggered>(world.signal(1, "s4", Price::whole(80))).empty());
}

TEST_CASE("Signals of another source or product are not this subscription's") {
  Alone world;
  SignalReceived other;
  other.key = IdempotencyKey("s9");
  other.source = SignalSourceId("mean-reversion");
  other.product = product;
  other.direction = Direction{1};
  other.received_at = world.now + ns_per_s;
  other.mark = hundred;
  other.lot = lots("0.1");
  other.subscriptions = {SubscriptionId("ada-1"), SubscriptionId("nobody")};
  CHECK(world.submit({other}).empty());
  other.source = source;
  other.product = ProductId("ETH-USD");
  CHECK(world.submit({other}).empty());
}

TEST_CASE("Cash, fees, lots and realized profit follow the rows exactly") {
  Alone world;
  world.signal(1, "s1", hundred);
  world.fill(world.working(), lots("1"), Price::parse("100.123456789"), Money::parse("0.5"));
  CHECK(world.state().cash == Money::parse("899.37"));
  CHECK(world.state().buffer == Money::parse("0.006543211"));
  CHECK(world.state().fees == Money::parse("0.5"));
  CHECK(virtual_capital(world.state(), hundred) == Money::parse("999.376543211"));
  world.signal(0, "s2", hundred);
  world.fill(world.working(), lots("-1"), Price::whole(110), Money::parse("0.5"));
  CHECK(world.state().realized == Money::parse("9.876543211"));
  CHECK(world.state().fees == Money::whole(1));
  CHECK(world.state().lots.empty());
  CHECK(virtual_capital(world.state(), hundred) == Money::parse("1008.876543211"));
}
