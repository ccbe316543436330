// An investor's commands: what each does, and every refusal.
#include "messages/catalog.hpp"
#include "tests/catch.hpp"
#include "tests/subscription/world.hpp"

using namespace tally;
using namespace tally::world;

namespace {

const Price hundred = Price::whole(100);
const InvestorId ada("ada");
const SubscriptionId sub("ada-1");

IdempotencyKey key(const char* text) { return IdempotencyKey(text); }

AllotCapital allot_of(const char* k, const char* amount) { return {key(k), ada, sub, Money::parse(amount), cent}; }

AddSubscription addition(const char* k, const char* name, const char* capital, SubscriptionTerms terms = usual_terms()) {
  return {key(k), SubscriptionId(name), ada, source, product, Money::parse(capital), terms, cent};
}

// 1000 deposited, 400 of them with a subscription.
struct Started : World {
  Started() {
    deposit("ada", Money::whole(1'000), "d1");
    add("ada-1", "ada", Money::whole(400));
  }
};

}  // namespace

TEST_CASE("A deposit is unallotted cash") {
  World world;
  const auto updated = one<InvestorLedgerUpdated>(world.deposit("ada", Money::parse("12.34"), "d1"));
  CHECK(updated.key == key("d1"));
  CHECK(updated.investor == ada);
  CHECK(updated.reason == LedgerReason::deposit);
  CHECK(updated.amount == Money::parse("12.34"));
  CHECK(updated.at == world.now);
  CHECK(world.investor("ada").unallotted == Money::parse("12.34"));
}

TEST_CASE("A subscription begins with its terms and its capital") {
  World world;
  world.deposit("ada", Money::whole(1'000), "d1");
  const auto decided = world.submit({addition("a1", "ada-1", "400")});
  const auto updated = one<SubscriptionUpdated>(decided);
  CHECK(updated.version == 1);
  CHECK(updated.subscription == sub);
  CHECK(updated.investor == ada);
  CHECK(updated.source == source);
  CHECK(updated.product == product);
  CHECK(updated.terms == usual_terms());
  CHECK(one<CapitalAllotted>(decided).amount == Money::whole(400));
  CHECK(world.investor("ada").unallotted == Money::whole(600));
  CHECK(world.subscription("ada-1").cash == Money::whole(400));
  CHECK(world.subscription("ada-1").terms == usual_terms());
}

TEST_CASE("A subscription may begin without capital") {
  World world;
  const auto decided = world.submit({addition("a1", "ada-1", "0")});
  CHECK(decided.size() == 1);
  CHECK(one<SubscriptionUpdated>(decided).version == 1);
  CHECK(world.submit({addition("a1", "ada-1", "0")}).empty());
}

TEST_CASE("Changed terms are the next version") {
  Started world;
  SubscriptionTerms terms = usual_terms();
  terms.leverage_max = Ratio::whole(3);
  CHECK(one<SubscriptionUpdated>(world.submit({ChangeSubscription{key("c1"), sub, ada, terms}})).version == 2);
  CHECK(world.subscription("ada-1").terms == terms);
  CHECK(world.subscription("ada-1").version == 2);
  CHECK(world.subscription("ada-1").source == source);
}

TEST_CASE("Capital moves to a subscription and back, and lies in one place only") {
  Started world;
  one<CapitalAllotted>(world.submit({allot_of("c1", "100")}));
  CHECK(world.investor("ada").unallotted == Money::whole(500));
  CHECK(world.investor("ada").holdings.at(sub).allotted == Money::whole(500));
  CHECK(world.subscription("ada-1").cash == Money::whole(500));
  const auto released = one<CapitalReleased>(world.release("ada-1", "ada", Money::whole(450), "r1"));
  CHECK(released.last);
  CHECK(world.investor("ada").unallotted == Money::whole(950));
  CHECK(world.investor("ada").holdings.at(sub).allotted == Money::whole(50));
  CHECK(world.subscription("ada-1").cash == Money::whole(50));
}

TEST_CASE("A withdrawal within what is withdrawable is paid at once") {
  Started world;
  const auto decided = world.withdraw("ada", Money::whole(600), "w1", hundred, false);
  const auto updated = one<InvestorLedgerUpdated>(decided);
  CHECK(updated.amount == Money::whole(-600));
  CHECK(updated.reason == LedgerReason::withdrawal);
  const auto settled = one<WithdrawalSettled>(decided);
  CHECK(settled.asked == Money::whole(600));
  CHECK(settled.paid == Money::whole(600));
  CHECK(world.investor("ada").unallotted == Money{});
  CHECK(!world.investor("ada").withdrawal);
}

TEST_CASE("Every refusal of an investor's command has its rule") {
  SubscriptionTerms terms = usual_terms();
  const auto with = [](auto change) {
    SubscriptionTerms changed = usual_terms();
    change(changed);
    return changed;
  };
  const SubscriptionTerms bad[] = {
      with([](auto& t) { t.risk_fraction = Ratio{}; }), with([](auto& t) { t.risk_fraction = Ratio::parse("1.000000001"); }),
      with([](auto& t) { t.leverage_max = Ratio{}; }),  with([](auto& t) { t.loss_max = Money{}; }),
      with([](auto& t) { t.notional_max = Money{}; }),
  };
  std::vector<std::pair<const char*, Message>> refusals = {
      {"AMOUNT_NOT_POSITIVE", DepositFunds{key("x"), ada, Money{}, cent}},
      {"AMOUNT_NOT_POSITIVE", DepositFunds{key("x"), ada, Money::whole(-1), cent}},
      {"AMOUNT_NOT_WHOLE_UNITS", DepositFunds{key("x"), ada, Money::parse("0.001"), cent}},
      {"AMOUNT_NOT_WHOLE_UNITS", DepositFunds{key("x"), ada, Money::whole(1), Money{}}},
      {"AMOUNT_NOT_POSITIVE", WithdrawFunds{key("x"), ada, Money{}, true, cent}},
      {"AMOUNT_NOT_WHOLE_UNITS", WithdrawFunds{key("x"), ada, Money::parse("1.005"), true, cent}},
      {"INSUFFICIENT_CASH", WithdrawFunds{key("x"), ada, Money::parse("600.01"), false, cent}},
      {"INSUFFICIENT_CASH", WithdrawFunds{key("x"), InvestorId("nobody"), Money::whole(1), true, cent}},
      {"NAME_MISSING", AddSubscription{key("x"), SubscriptionId(), ada, source, product, Money{}, terms, cent}},
      {"NAME_MISSING", AddSubscription{key("x"), SubscriptionId("new"), ada, SignalSourceId(), product, Money{}, terms, cent}},
      {"NAME_MISSING", AddSubscription{key("x"), SubscriptionId("new"), ada, source, ProductId(), Money{}, terms, cent}},
      {"SUBSCRIPTION_EXISTS", addition("x", "ada-1", "1")},
      {"AMOUNT_NOT_POSITIVE", addition("x", "new", "-1")},
      {"AMOUNT_NOT_WHOLE_UNITS", addition("x", "new", "0.001")},
      {"INSUFFICIENT_CASH", addition("x", "new", "600.01")},
      {"UNKNOWN_SUBSCRIPTION", ChangeSubscription{key("x"), SubscriptionId("new"), ada, terms}},
      {"UNKNOWN_SUBSCRIPTION", AllotCapital{key("x"), ada, SubscriptionId("new"), Money::whole(1), cent}},
      {"AMOUNT_NOT_POSITIVE", allot_of("x", "0")},
      {"AMOUNT_NOT_WHOLE_UNITS", allot_of("x", "0.005")},
      {"INSUFFICIENT_CASH", allot_of("x", "600.01")},
      {"UNKNOWN_SUBSCRIPTION", ReleaseCapital{key("x"), ada, SubscriptionId("new"), Money::whole(1), cent}},
      {"OTHER_INVESTOR", ReleaseCapital{key("x"), InvestorId("eve"), sub, Money::whole(1), cent}},
      {"AMOUNT_NOT_POSITIVE", ReleaseCapital{key("x"), ada, sub, Money{}, cent}},
      {"AMOUNT_NOT_WHOLE_UNITS", ReleaseCapital{key("x"), ada, sub, Money::parse("0.001"), cent}},
      {"INSUFFICIENT_FREE_CASH", ReleaseCapital{key("x"), ada, sub, Money::parse("400.01"), cent}},
  };
  for (const SubscriptionTerms& wrong : bad) {
    refusals.emplace_back("TERMS_OUT_OF_RANGE", addition("x", "new", "1", wrong));
    refusals.emplace_back("TERMS_OUT_OF_RANGE", ChangeSubscription{key("x"), sub, ada, wrong});
  }
  Started world;
  const Money before = world.cash_everywhere();
  for (const auto& [rule, command] : refusals) {
    INFO(rule << " " << idempotency_key(command));
    const auto decided = world.submit({command});
    REQUIRE(decided.size() == 1);
    const auto denied = one<CommandDenied>(decided);
    CHECK(denied.rule.text() == rule);
    CHECK(denied.key == key("x"));
    CHECK(!denied.reason.empty());
  }
  CHECK(world.cash_everywhere() == before);
  CHECK(world.investor("ada").holdings.size() == 1);
}

TEST_CASE("A retry changes nothing, and a key serves one command only") {
  Started world;
  const std::vector<Message> accepted = {
      DepositFunds{key("k1"), ada, Money::whole(10), cent},
      WithdrawFunds{key("k2"), ada, Money::whole(10), false, cent},
      addition("k3", "ada-2", "10"),
      ChangeSubscription{key("k4"), sub, ada, usual_terms()},
      allot_of("k5", "10"),
      ReleaseCapital{key("k6"), ada, sub, Money::whole(10), cent},
  };
  for (const Message& command : accepted) {
    INFO(idempotency_key(command));
    const auto decided = world.submit({command});
    CHECK(all<CommandDenied>(decided).empty());
    CHECK(!decided.empty());
  }
  for (const Message& command : accepted) {
    INFO(idempotency_key(command));
    CHECK(world.submit({command}).empty());
  }
  SubscriptionTerms other = usual_terms();
  other.active = false;
  const std::vector<Message> reused = {
      DepositFunds{key("k1"), ada, Money::whole(11), cent},
      WithdrawFunds{key("k1"), ada, Money::whole(10), false, cent},
      WithdrawFunds{key("k2"), ada, Money::whole(10), true, cent},
      addition("k3", "ada-2", "11"),
      addition("k3", "ada-2", "10", other),
      addition("k3", "ada-3", "10"),
      ChangeSubscription{key("k4"), sub, ada, other},
      ChangeSubscription{key("k4"), SubscriptionId("ada-2"), ada, usual_terms()},
      allot_of("k5", "11"),
      ReleaseCapital{key("k6"), ada, sub, Money::whole(11), cent},
  };
  for (const Message& command : reused) {
    INFO(idempotency_key(command));
    CHECK(one<CommandDenied>(world.submit({command})).rule == RuleId("KEY_REUSED"));
  }
}

TEST_CASE("A subscription's name belongs to the investor who added it first; capital that another sends comes back") {
  Started world;
  world.deposit("eve", Money::whole(100), "d1");
  const auto decided = world.add("ada-1", "eve", Money::whole(50));
  CHECK(one<CommandDenied>(decided).rule == RuleId("SUBSCRIPTION_TAKEN"));
  CHECK(one<CapitalReleased>(decided).investor == InvestorId("eve"));
  CHECK(world.investor("eve").unallotted == Money::whole(100));
  CHECK(world.investor("eve").holdings.at(sub).stake.cash == Money{});
  CHECK(world.subscription("ada-1").cash == Money::whole(400));
  CHECK(world.subscription("ada-1").investor == ada);
  // And a withdrawal that asks for it is answered with nothing.
  WithdrawalRequested request;
  request.key = key("w9");
  request.investor = InvestorId("eve");
  request.rows = {{sub, Money::whole(1), hundred}};
  const auto answer = one<CapitalReleased>(world.submit({request}));
  CHECK(answer.amount == Money{});
  CHECK(answer.last);
  CHECK(!world.subscription("ada-1").withdrawal);
}

TEST_CASE("Residuals gather in the investor's own buffer, and whole units of it can be withdrawn") {
  Started world;
  world.add("ada-2", "ada", Money::whole(400));
  world.signal(1, "s1", Price::parse("100.00009"));
  while (!world.orders.empty()) {
    const Order order = world.orders.begin()->second;
    world.fill(order.intent.intent, Quantity::parse("0.1"), Price::parse("100.00009"));
  }
  const Investor::State& state = world.investor("ada");
  CHECK(state.buffer > cent);
  CHECK(state.buffer == state.holdings.at(sub).buffer + state.holdings.at(SubscriptionId("ada-2")).buffer);
  CHECK(world.subscription("ada-1").buffer == state.holdings.at(sub).buffer);

  const Money all = withdrawable(state, cent);
  CHECK(all == state.unallotted + whole_units(state.buffer, cent).whole);
  CHECK(one<CommandDenied>(world.withdraw("ada", all + cent, "w1", hundred, false)).rule == RuleId("INSUFFICIENT_CASH"));
  const Money buffer = state.buffer;
  const auto decided = world.withdraw("ada", all, "w2", hundred, false);
  Money taken;
  for (const BufferShare& share : one<BufferAdjusted>(decided).shares) taken += share.amount;
  CHECK(taken == -whole_units(buffer, cent).whole);
  CHECK(one<WithdrawalSettled>(decided).paid == all);
  CHECK(state.unallotted == Money{});
  CHECK(state.buffer < cent);
  CHECK(state.buffer == state.holdings.at(sub).buffer + state.holdings.at(SubscriptionId("ada-2")).buffer);
  CHECK(world.subscription("ada-1").buffer == state.holdings.at(sub).buffer);
  CHECK(world.subscription("ada-2").buffer == state.holdings.at(SubscriptionId("ada-2")).buffer);
}

TEST_CASE("An investor's capital is unallotted cash, buffer and what the subscriptions hold") {
  Started world;
  world.signal(1, "s1", hundred);
  world.fill_all(Price::parse("99.999"));
  world.submit({MarkCaptured{product, Price::whole(110), "query", world.now, ada}});
  CHECK(virtual_capital(world.investor("ada")) ==
        Money::whole(600) + world.investor("ada").buffer + world.subscription("ada-1").cash +
            notional(Price::whole(110), world.subscription("ada-1").position));
}
