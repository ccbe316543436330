// Withdrawals beyond cash: what is asked of whom, what is reduced, and how it ends.
#include "actors/investor/plan.hpp"
#include "tests/catch.hpp"
#include "tests/subscription/world.hpp"

using namespace tally;
using namespace tally::world;

namespace {

const Price hundred = Price::whole(100);

Money dollars(const char* text) { return Money::parse(text); }

// Each subscription of 1000 holds 1.0 at 100 and has 950 free: leverage 2 keeps half of 100.
struct Invested : World {
  explicit Invested(const char* risk = "0.1", std::initializer_list<const char*> names = {"ada-1", "ada-2"}) {
    SubscriptionTerms terms = usual_terms();
    terms.risk_fraction = Ratio::parse(risk);
    deposit("ada", Money::whole(10'000), "d1");
    for (const char* name : names) add(name, "ada", Money::whole(1'000), terms);
    signal(1, "s1", hundred);
    fill_all(hundred);
    withdraw("ada", withdrawable(investor("ada"), cent), "w0", hundred);
  }
};

}  // namespace

TEST_CASE("What the subscriptions have free is taken first, without a trade") {
  Invested world;
  const auto decided = world.withdraw("ada", Money::whole(1'500), "w1", hundred);
  const auto request = one<WithdrawalRequested>(decided);
  CHECK(request.amount == Money::whole(1'500));
  REQUIRE(request.rows.size() == 2);
  CHECK(request.rows[0].subscription == SubscriptionId("ada-1"));
  CHECK(request.rows[0].amount == Money::whole(950));
  CHECK(request.rows[0].mark == hundred);
  CHECK(request.rows[1].amount == Money::whole(550));
  CHECK(all<CapitalReleased>(decided).size() == 2);
  CHECK(one<WithdrawalSettled>(decided).paid == Money::whole(1'500));
  CHECK(all<IntentCreated>(decided).empty());
  CHECK(world.investor("ada").unallotted == Money{});
}

TEST_CASE("What is short is reduced alike in all, each in a batch of its own, and then paid") {
  Invested world;
  const auto decided = world.withdraw("ada", Money::parse("1950"), "w1", hundred);  // 50 beyond what is free
  const auto request = one<WithdrawalRequested>(decided);
  CHECK(request.rows[0].amount == Money::whole(975));
  CHECK(request.rows[1].amount == Money::whole(975));
  const auto intents = all<IntentCreated>(decided);
  REQUIRE(intents.size() == 2);
  for (const IntentCreated& intent : intents) {
    CHECK(intent.reason == IntentReason::withdrawal);
    CHECK(intent.close == Quantity::parse("-0.5"));  // frees half of 50
    CHECK(intent.open == Quantity{});
    CHECK(intent.target == Quantity::parse("0.5"));
    CHECK(intent.signal == IdempotencyKey("w1"));
  }
  CHECK(all<WithdrawalSettled>(decided).empty());
  CHECK(one<CommandDenied>(world.withdraw("ada", cent, "w2", hundred)).rule == RuleId("WITHDRAWAL_IN_PROGRESS"));
  CHECK(one<CommandDenied>(world.release("ada-1", "ada", cent, "r1")).rule == RuleId("WITHDRAWAL_IN_PROGRESS"));
  CHECK(one<CommandDenied>(
            world.submit({AllotCapital{IdempotencyKey("al"), InvestorId("ada"), SubscriptionId("ada-1"), cent, cent}}))
            .rule == RuleId("WITHDRAWAL_IN_PROGRESS"));
  CHECK(world.withdraw("ada", Money::parse("1950"), "w1", hundred).empty());  // a retry

  const auto end = world.fill_all(hundred);
  CHECK(one<WithdrawalSettled>(end).paid == Money::parse("1950"));
  CHECK(world.subscription("ada-1").position == Quantity::parse("0.5"));
  CHECK(world.investor("ada").unallotted == Money{});
}

TEST_CASE("The cost of reducing is made up by reducing more") {
  Invested world("0.1", {"ada-1"});
  world.withdraw("ada", Money::whole(975), "w1", hundred);
  const auto second = world.fill_all(hundred, Money::whole(3));  // 3 for each order: everything in the end
  CHECK(one<WithdrawalSettled>(second).paid == Money::whole(975));
  CHECK(world.subscription("ada-1").position < Quantity::parse("0.5"));
  CHECK(world.subscription("ada-1").fees >= Money::whole(6));
}

TEST_CASE("More than everything closes everything and pays what that fetched") {
  Invested world;
  world.withdraw("ada", Money::whole(5'000), "w1", hundred);
  const auto end = world.fill_all(Price::whole(90), Money::whole(1));
  const auto settled = one<WithdrawalSettled>(end);
  CHECK(settled.asked == Money::whole(5'000));
  CHECK(settled.paid == Money::whole(1'978));
  CHECK(world.subscription("ada-1").position == Quantity{});
  CHECK(world.subscription("ada-1").cash == Money{});
  CHECK(world.subscription("ada-2").cash == Money{});
  CHECK(one<CommandDenied>(world.withdraw("ada", cent, "w2", hundred)).rule == RuleId("INSUFFICIENT_CASH"));
}

TEST_CASE("A withdrawal waits for the opening that works, which it cancels") {
  Invested world("0.1", {"ada-1"});
  world.signal(-1, "s2", hundred);
  const IntentId flip = world.orders.begin()->first;
  const auto decided = world.withdraw("ada", Money::whole(990), "w1", hundred);
  CHECK(one<IntentCancelRequested>(decided).intent == flip);
  CHECK(all<CapitalReleased>(decided).empty());
  const auto after = world.give_back(flip, "CANCELLED");
  CHECK(one<IntentCreated>(after).reason == IntentReason::withdrawal);
  CHECK(one<WithdrawalSettled>(world.fill_all(hundred)).paid == Money::whole(990));
}

TEST_CASE("Where the market refuses, a withdrawal gives up after its rounds and pays what is free") {
  Invested world("0.1", {"ada-1"});
  auto decided = world.withdraw("ada", Money::whole(990), "w1", hundred);
  std::uint32_t rounds = 0;
  while (!world.orders.empty()) {
    ++rounds;
    decided = world.give_back(world.orders.begin()->first);
  }
  CHECK(rounds == Subscription::withdrawal_rounds_max);
  CHECK(one<WithdrawalSettled>(decided).paid == Money::whole(950));
  CHECK(world.subscription("ada-1").position == Quantity::whole(1));
  CHECK(!world.subscription("ada-1").withdrawal);
}

TEST_CASE("A signal that comes during a withdrawal waits for it, and a flat goes before it") {
  Invested world("0.1", {"ada-1"});
  world.withdraw("ada", Money::whole(970), "w1", hundred);
  CHECK(all<IntentCreated>(world.signal(-1, "s2", hundred)).empty());
  const auto after = world.fill_all(hundred);
  CHECK(one<WithdrawalSettled>(after).paid == Money::whole(970));
  const auto flip = all<IntentCreated>(after);
  REQUIRE(flip.size() == 1);
  CHECK(flip[0].signal == IdempotencyKey("s2"));
  CHECK(flip[0].virtual_capital == Money::whole(30));  // what left is not sized with

  Invested other("0.1", {"ada-1"});
  other.withdraw("ada", Money::whole(970), "w1", hundred);
  other.signal(0, "s2", hundred);
  const auto end = other.fill_all(hundred);
  CHECK(one<WithdrawalSettled>(end).paid == Money::whole(970));
  CHECK(other.subscription("ada-1").position == Quantity{});
}

TEST_CASE("A subscription that owes more than it holds is not closed for nothing") {
  Invested world("1", {"ada-1"});
  world.signal(-1, "s2", hundred, Ratio::parse("0.5"));  // twice its capital
  world.fill_all(hundred);
  CHECK(world.subscription("ada-1").position == Quantity::whole(-20));
  const auto decided = world.withdraw("ada", Money::whole(10), "w1", Price::whole(160));
  CHECK(all<IntentCreated>(decided).empty());
  CHECK(one<WithdrawalSettled>(decided).paid == Money{});
  CHECK(world.subscription("ada-1").position == Quantity::whole(-20));
}

TEST_CASE("No event of a withdrawal touches another investor") {
  Invested world;
  world.deposit("bob", Money::whole(5'000), "d1");
  world.add("bob-1", "bob", Money::whole(1'000));
  world.signal(0, "s2", hundred);
  world.fill_all(hundred);
  world.signal(1, "s3", hundred);
  world.fill_all(hundred);
  const auto investor = store_state(world.investor("bob"));
  const auto subscription = store_state(world.subscription("bob-1"));
  const std::size_t from = world.log.size();
  world.withdraw("ada", Money::whole(1'980), "w1", hundred);
  world.fill_all(Price::whole(97), Money::whole(2));
  for (std::size_t i = from; i < world.log.size(); ++i)
    for (const Event& event : world.log[i].events) {
      CHECK(event.stream.key != Symbol("bob"));
      CHECK(event.stream.key != Symbol("bob-1"));
    }
  CHECK(store_state(world.investor("bob")) == investor);
  CHECK(store_state(world.subscription("bob-1")) == subscription);
}

TEST_CASE("A plan asks for exactly what is short, or for everything") {
  Investor::State state;
  const auto hold = [&](const char* name, const char* cash, const char* position) {
    Investor::Holding& holding = state.holdings[SubscriptionId(name)];
    holding.product = product;
    holding.terms = usual_terms();
    holding.stake = {Money::parse(cash), Quantity::parse(position), 1};
  };
  hold("a", "-50", "1");      // worth 50, keeps 50
  hold("b", "7.01", "0");     // all free
  hold("c", "-100.03", "2");  // worth 99.97, keeps 100
  hold("d", "-500", "1");     // owes
  state.marks[product] = hundred;
  const auto asked = [&](const char* short_by) {
    std::vector<std::string> rows;
    for (const WithdrawalRow& row : plan_withdrawal(state, dollars(short_by), cent))
      rows.push_back(std::string(row.subscription.text()) + " " + row.amount.text());
    return rows;
  };
  CHECK(asked("7.01") == std::vector<std::string>{"b 7.01"});
  CHECK(asked("7.02") == std::vector<std::string>{"b 7.01", "c 0.01"});
  CHECK(asked("22.01") == std::vector<std::string>{"a 5", "b 7.01", "c 10"});
  CHECK(asked("1000") == std::vector<std::string>{"a 1000", "b 1000", "c 1000", "d 1000"});
}
