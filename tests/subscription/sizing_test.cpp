// Sizing and free capital against unbounded rationals.
#include <boost/multiprecision/cpp_int.hpp>
#include <rapidcheck.h>

#include "actors/capital.hpp"
#include "actors/subscription/sizing.hpp"
#include "tests/catch.hpp"

using namespace tally;
using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

namespace {

const Integer one_9 = boost::multiprecision::pow(Integer(10), 9);
const Integer one_18 = one_9 * one_9;
const Integer money_max = (Integer(1) << 127) - 1;

Integer integer_of(Int128 value) { return Integer(value); }
template <class D>
Rational value_of(D decimal) {
  return Rational(integer_of(decimal.units()), D::scale == 18 ? one_18 : one_9);
}
Integer floor_of(const Rational& value) { return numerator(value) / denominator(value); }  // of values >= 0

struct Reference {
  Integer units;       // of Quantity
  bool representable;  // whether every amount on the way fits its type
};

Reference reference(const Opening& opening, const SubscriptionTerms& terms) {
  const Rational capital = value_of(opening.virtual_capital);
  const Rational stop = value_of(opening.stop_loss_ratio);
  std::vector<Rational> budgets{capital * value_of(terms.risk_fraction) / stop, capital * value_of(terms.leverage_max)};
  if (terms.loss_max) budgets.push_back(value_of(*terms.loss_max) / stop);
  if (terms.notional_max) budgets.push_back(value_of(*terms.notional_max));
  const Rational lot_notional = value_of(opening.price) * value_of(opening.lot) * opening.multiplier;
  bool representable = floor_of(lot_notional * one_18) <= money_max;
  for (const Rational& budget : budgets) representable = representable && floor_of(budget * one_18) <= money_max;
  const Integer units =
      floor_of(*std::min_element(budgets.begin(), budgets.end()) / lot_notional) * integer_of(opening.lot.units());
  return {units, representable && units <= std::numeric_limits<std::int64_t>::max()};
}

// Magnitudes are drawn first, so that small and huge numbers are as likely as middling ones.
rc::Gen<std::int64_t> magnitude(int bits_max) {
  return rc::gen::mapcat(rc::gen::inRange(1, bits_max + 1),
                         [](int bits) { return rc::gen::inRange<std::int64_t>(1, (std::int64_t{1} << (bits - 1)) + 1); });
}
Money any_money() {
  return Money::from_units(static_cast<Int128>(*magnitude(62)) * *magnitude(62));
}

SubscriptionTerms any_terms() {
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::from_units(*rc::gen::inRange<std::int64_t>(1, 1'000'000'001));
  terms.leverage_max = Ratio::from_units(*magnitude(40));
  if (*rc::gen::arbitrary<bool>()) terms.loss_max = any_money();
  if (*rc::gen::arbitrary<bool>()) terms.notional_max = any_money();
  return terms;
}

Opening any_opening() {
  return {any_money(), Ratio::from_units(*rc::gen::inRange<std::int64_t>(1, 1'000'000'001)), Price::from_units(*magnitude(48)),
          Quantity::from_units(*magnitude(34)), *magnitude(8)};
}

SubscriptionTerms terms_of(const char* risk, const char* leverage) {
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::parse(risk);
  terms.leverage_max = Ratio::parse(leverage);
  return terms;
}

}  // namespace

TEST_CASE("A position is sized so that its stop loses the capital at risk") {
  // 1 % of 10,000 at risk over a stop of 2 % of 50: 100 / (0.02 x 50) = 100 units.
  const Opening opening{Money::whole(10'000), Ratio::parse("0.02"), Price::whole(50), Quantity::whole(1), 1};
  CHECK(size_of(opening, terms_of("0.01", "10")) == Quantity::whole(100));
}

TEST_CASE("Each hard cap binds by itself") {
  const Opening opening{Money::whole(10'000), Ratio::parse("0.02"), Price::whole(50), Quantity::parse("0.1"), 2};
  SubscriptionTerms terms = terms_of("0.01", "10");
  CHECK(size_of(opening, terms) == Quantity::whole(50));
  terms.loss_max = Money::whole(31);                  // 31 / (0.02 x 50 x 2) = 15.5
  CHECK(size_of(opening, terms) == Quantity::parse("15.5"));
  terms.leverage_max = Ratio::parse("0.1234");        // 1234 / 100 = 12.34
  CHECK(size_of(opening, terms) == Quantity::parse("12.3"));
  terms.notional_max = Money::parse("999.99");
  CHECK(size_of(opening, terms) == Quantity::parse("9.9"));
}

TEST_CASE("What is below one lot is no position") {
  const Opening opening{Money::parse("99.999999999999999999"), Ratio::whole(1), Price::whole(100), Quantity::whole(1), 1};
  CHECK(size_of(opening, terms_of("1", "1")) == Quantity{});
}

TEST_CASE("Sizing equals the formula in unbounded rationals, or says that a number does not fit") {
  REQUIRE(rc::check("against cpp_rational", [] {
    const Opening opening = any_opening();
    const SubscriptionTerms terms = any_terms();
    const Reference expected = reference(opening, terms);
    RC_CLASSIFY(!expected.representable, "out of range");
    RC_CLASSIFY(expected.units == 0, "below one lot");
    if (!expected.representable) RC_ASSERT_THROWS_AS(size_of(opening, terms), DecimalError);
    else RC_ASSERT(Integer(size_of(opening, terms).units()) == expected.units);
  }));
}

TEST_CASE("More capital never buys less, a wider stop never more") {
  REQUIRE(rc::check("monotone", [] {
    const auto money = [] { return Money::from_units(static_cast<Int128>(*magnitude(60)) * *magnitude(30)); };
    Opening opening{money(), Ratio::from_units(*rc::gen::inRange<std::int64_t>(1'000'000, 1'000'000'001)),
                    Price::from_units(*magnitude(45)), Quantity::from_units(*magnitude(30)), 1};
    const SubscriptionTerms terms = terms_of("0.05", "3");
    RC_PRE(reference(opening, terms).representable);
    const Quantity size = size_of(opening, terms);
    Opening richer = opening;
    richer.virtual_capital += money();
    if (reference(richer, terms).representable) RC_ASSERT(size_of(richer, terms) >= size);
    Opening wider = opening;
    wider.stop_loss_ratio = std::min(Ratio::whole(1), opening.stop_loss_ratio + Ratio::from_units(*magnitude(30)));
    RC_ASSERT(size_of(wider, terms) <= size);
  }));
}

TEST_CASE("A share of an amount is exact, down or up") {
  REQUIRE(rc::check("against cpp_int", [] {
    const Money amount = any_money();
    const Ratio by = Ratio::from_units(*magnitude(62));
    const Ratio over = Ratio::from_units(*magnitude(62));
    const Integer product = integer_of(amount.units()) * by.units();
    const Integer down = product / over.units();
    const Integer up = (product + over.units() - 1) / over.units();
    if (down > money_max) {
      RC_ASSERT_THROWS_AS(scaled(amount, by, over, Rounding::down), DecimalError);
    } else {
      RC_ASSERT(integer_of(scaled(amount, by, over, Rounding::down).units()) == down);
      if (up <= money_max) RC_ASSERT(integer_of(scaled(amount, by, over, Rounding::up).units()) == up);
    }
  }));
}

TEST_CASE("Free cash leaves what is held within its leverage") {
  const Ratio spot = Ratio::whole(1);
  const Ratio fivefold = Ratio::whole(5);
  const auto free = [](const char* cash, const char* position, const char* mark, Ratio leverage) {
    return free_cash({Money::parse(cash), Quantity::parse(position), 1}, abs(Quantity::parse(position)), Price::parse(mark),
                     leverage);
  };
  CHECK(free("1000", "0", "50", spot) == Money::whole(1000));
  CHECK(free("-3", "0", "50", spot) == Money{});                 // a loss beyond the capital frees nothing
  CHECK(free("100", "18", "50", spot) == Money::whole(100));     // bought outright: the cash is free, whatever the mark
  CHECK(free("100", "18", "70", spot) == Money::whole(100));
  CHECK(free("1900", "-18", "50", spot) == Money::whole(100));   // sold short: the proceeds are not
  CHECK(free("-4000", "100", "55", fivefold) == Money::whole(400));
  CHECK(free("-4000", "100", "45", fivefold) == Money{});
}
