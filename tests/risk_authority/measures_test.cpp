// Equity, drawdown, daily loss, exposure and reservations against a naive recomputation from the whole history.
#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>

#include "tests/catch.hpp"
#include "tests/risk_authority/account.hpp"

using namespace tally;
using namespace tally::test;
using Big = boost::multiprecision::cpp_int;
using Exact = boost::multiprecision::cpp_rational;

namespace {

Big big(Int128 value) {
  const bool negative = value < 0;
  const auto size = negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  Big wide = static_cast<std::uint64_t>(size >> 64);
  wide = (wide << 64) + static_cast<std::uint64_t>(size);
  return negative ? Big(-wide) : wide;
}
Big big(Money money) { return big(money.units()); }
Money any_money(std::int64_t whole_max) {
  return Money::whole(*rc::gen::inRange<std::int64_t>(0, whole_max)) + Money::from_units(*rc::gen::inRange<std::int64_t>(0, 999));
}

// The same account, kept by walking everything with wide numbers.
struct Naive {
  struct Holding {
    Big position, price, multiplier = 1;
  };
  std::map<std::string, Holding> holdings;
  Big cash = 0;
  Exact peak = 0;
  Big day_start = 0;

  Big equity() const {
    Big sum = cash;
    for (const auto& [product, holding] : holdings) sum += holding.position * holding.price * holding.multiplier;
    return sum;
  }
  void raise() { peak = std::max(peak, Exact(equity())); }
  void flow(const Big& amount) {
    const Big before = equity();
    cash += amount;
    day_start += amount;
    if (before > 0 && equity() >= 0) peak = peak * Exact(equity()) / Exact(before);
    else peak += Exact(amount);
    raise();
  }
  void trade(const std::string& product, const Big& quantity, const Big& price, const Big& fee) {
    Holding& holding = holdings[product];
    holding.position += quantity;
    if (holding.price == 0) holding.price = price;
    cash -= price * quantity * holding.multiplier + fee;
    raise();
  }
};

}  // namespace

TEST_CASE("Equity, peak and the day's start follow a naive recomputation through fills, marks, deposits and withdrawals") {
  REQUIRE(rc::check("measures = naive", [] {
    Account account = Account::ready(generous(), Money{});
    Naive naive;
    naive.holdings["BTC"] = {0, Big(100) * 1'000'000'000, 1};
    std::int64_t day = account.now.ns / ns_per_day;
    for (int step = 0; step < 50; ++step) {
      const char* product = *rc::gen::element("BTC", "ETH", "SOL");
      const auto price = *rc::gen::inRange<std::int64_t>(1, 500);
      switch (*rc::gen::inRange(0, 6)) {
        case 0: {
          const Money amount = any_money(5'000);
          account.deposit(amount);
          naive.flow(big(amount));
          break;
        }
        case 1: {
          const Money amount = any_money(2'000);
          account.withdraw(amount);
          naive.flow(-big(amount));
          break;
        }
        case 2: {
          account.pass(*rc::gen::inRange<std::int64_t>(0, 20'000'000));
          if (account.now.ns / ns_per_day > day) {
            day = account.now.ns / ns_per_day;
            naive.day_start = naive.equity();
          }
          account.mark(product, price);
          naive.holdings[product].price = Big(price) * 1'000'000'000;
          naive.raise();
          break;
        }
        case 3: {
          const std::int64_t multiplier = *rc::gen::inRange<std::int64_t>(1, 50);
          if (naive.holdings[product].position != 0) break;
          account.give(ProductDefined{ProductId(product), {}, {}, multiplier, {}, 0, 0, 0});
          naive.holdings[product].multiplier = multiplier;
          break;
        }
        default: {
          const Quantity q = Quantity::from_units(*rc::gen::inRange<std::int64_t>(-9'999'999'999, 9'999'999'999));
          if (q == Quantity{}) break;
          const Money fee = any_money(3);
          account.fill(BatchId{ProductId(product), {}, 1}, q, price, {}, fee);
          naive.trade(product, big(q.units()), Big(price) * 1'000'000'000, big(fee));
        }
      }
      const RiskState& state = account.state();
      RC_ASSERT(big(equity(state)) == naive.equity());
      RC_ASSERT(big(daily_loss(state)) == naive.day_start - naive.equity());
      // Every flow rounds the peak down by less than one unit, which later flows scale.
      const Exact off = naive.peak - Exact(big(state.peak));
      RC_ASSERT(off >= 0);
      RC_ASSERT(off <= Exact(1'000'000));
    }
    return true;
  }));
}

TEST_CASE("Ledger rows of fills and crosses are not counted a second time") {
  Account account = Account::ready(generous(), Money::whole(1'000));
  for (const LedgerReason reason : {LedgerReason::fill, LedgerReason::cross, LedgerReason::drift})
    account.flow(reason, Money::whole(7));
  CHECK(equity(account.state()) == Money::whole(1'000));
}

TEST_CASE("Money moved in or out leaves the drawdown what it was") {
  Account account = Account::ready(generous(), Money::whole(1'000));
  account.hold("BTC", 1, 100);
  account.mark("BTC", 50);   // 5 % down
  const auto share = [&] { return Exact(big(drawdown(account.state())), big(account.state().peak)); };
  const Exact before = share();
  CHECK(before == Exact(5, 100));
  account.withdraw(Money::whole(900));
  CHECK(equity(account.state()) == Money::whole(50));
  CHECK(abs(share() - before) < Exact(1, Big(1'000'000'000'000)));
  account.deposit(Money::whole(123'456));
  CHECK(abs(share() - before) < Exact(1, Big(1'000'000'000'000)));
}

TEST_CASE("A breached drawdown alerts and halts once, denies openings by its name, and cannot be re-armed away") {
  RiskLimits limits = generous();
  limits.drawdown_max = Ratio::parse("0.1");
  Account account = Account::ready(limits, Money::whole(1'000));
  account.hold("BTC", 10, 100);
  CHECK(account.mark("BTC", 90).empty());   // exactly 10 %
  const auto decided = account.mark("BTC", 89);
  CHECK(only<AlertTriggered>(decided).severity == Severity::critical);
  const TradingHalted halted = only<TradingHalted>(decided);
  CHECK(halted.rule == RuleId("DRAWDOWN_EXCEEDED"));
  CHECK(halted.by.empty());
  CHECK(account.mark("BTC", 80).empty());   // the same breach
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "DRAWDOWN_EXCEEDED");
  CHECK(denied_by(account.judge("BTC", {{-10, 0}})) == "");

  const auto request = only<RearmRequested>(account.request_rearm()).request;
  CHECK(only<CommandDenied>(account.confirm_rearm(request)).rule == RuleId("LOSS_STILL_EXCEEDED"));
  account.mark("BTC", 120);                 // recovered, but a halt stays until re-armed
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "DRAWDOWN_EXCEEDED");
  CHECK(has<TradingRearmed>(account.confirm_rearm(request)));
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
  const auto again = account.mark("BTC", 10);
  CHECK(only<TradingHalted>(again).key != halted.key);
}

TEST_CASE("The daily loss begins anew with the UTC day; its halt does not end with it") {
  RiskLimits limits = generous();
  limits.daily_loss_max = Money::whole(50);
  Account account = Account::ready(limits, Money::whole(1'000));
  account.hold("BTC", 1, 100);
  account.mark("BTC", 60);
  CHECK(daily_loss(account.state()) == Money::whole(40));
  account.pass(86'400'000);
  account.mark("BTC", 20);                  // the day before ended at 60
  CHECK(daily_loss(account.state()) == Money::whole(40));
  CHECK(account.state().halts.empty());
  CHECK(only<TradingHalted>(account.mark("BTC", 9)).rule == RuleId("DAILY_LOSS_EXCEEDED"));
  account.pass(86'400'000);
  account.mark("BTC", 9);
  CHECK(daily_loss(account.state()) == Money{});
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "DAILY_LOSS_EXCEEDED");
  CHECK(has<TradingRearmed>(account.confirm_rearm(only<RearmRequested>(account.request_rearm()).request)));
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
}

TEST_CASE("A breach that shows first with a batch halts there too, and both losses can halt at once") {
  RiskLimits limits = generous();
  Account account = Account::ready(limits, Money::whole(1'000));
  account.hold("BTC", 10, 100);
  limits.drawdown_max = Ratio::parse("0.1");
  limits.daily_loss_max = Money::whole(1);
  account.set(limits);
  NettingBatchFormed batch = account.batch("BTC", {{0, 1}});
  batch.mark = Price::whole(50);
  const auto decided = account.give(batch);
  CHECK(all_of<TradingHalted>(decided).size() == 2);
  CHECK(all_of<AlertTriggered>(decided).size() == 2);
  CHECK(denied_by(decided) == "DRAWDOWN_EXCEEDED");
  CHECK(account.state().halts.size() == 2);
}

TEST_CASE("A share is compared exactly and never overflows") {
  REQUIRE(rc::check("share_of = floor(whole x ratio), or the largest", [] {
    const auto high = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62);
    const auto low = *rc::gen::arbitrary<std::uint64_t>();
    const Money whole =
        Money::from_units(static_cast<Int128>((static_cast<unsigned __int128>(high) << 64 | low) >> *rc::gen::inRange(1, 120)));
    const Ratio ratio = Ratio::from_units(*rc::gen::inRange<std::int64_t>(0, INT64_MAX));
    const Big exact = big(whole) * ratio.units() / 1'000'000'000;
    const Big most = (Big(1) << 127) - 1;
    RC_ASSERT(big(share_of(whole, ratio)) == (exact > most ? most : exact));
    return true;
  }));
}

TEST_CASE("Scaling multiplies before it divides, without overflow in between") {
  REQUIRE(rc::check("scaled = floor(whole x part / total)", [] {
    const auto any = [] {
      const auto high = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62);
      const auto low = *rc::gen::arbitrary<std::uint64_t>();
      return Money::from_units(
          static_cast<Int128>((static_cast<unsigned __int128>(high) << 64 | low) >> *rc::gen::inRange(0, 126)));
    };
    const Money whole = any(), part = any(), total = any();
    RC_PRE(total > Money{});
    const Big exact = big(whole) * big(part) / big(total);
    if (exact >= Big(1) << 127) {
      RC_ASSERT_THROWS_AS(scaled(whole, part, total), DecimalError);
    } else {
      RC_ASSERT(big(scaled(whole, part, total)) == exact);
    }
    return true;
  }));
}
