#include "messages/decimal.hpp"

#include <limits>

#include "tests/catch.hpp"
#include "tests/messages/random_value.hpp"

using namespace tally;

namespace {
constexpr Int128 money_max = static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);
constexpr Int128 money_min = -money_max - 1;
}  // namespace

TEST_CASE("A decimal reads the plain forms of a number and prints the shortest") {
  struct Row {
    const char* text;
    std::int64_t units;
    const char* printed;
  };
  const Row rows[] = {
      {"0", 0, "0"},
      {"-0", 0, "0"},
      {"1", 1'000'000'000, "1"},
      {"+1.50", 1'500'000'000, "1.5"},
      {"-12.5", -12'500'000'000, "-12.5"},
      {"0.000000001", 1, "0.000000001"},
      {"-0.000000001", -1, "-0.000000001"},
      {"00012.340", 12'340'000'000, "12.34"},
      {"1.0000000000000", 1'000'000'000, "1"},
      {"9223372036.854775807", std::numeric_limits<std::int64_t>::max(), "9223372036.854775807"},
      {"-9223372036.854775808", std::numeric_limits<std::int64_t>::min(), "-9223372036.854775808"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(Price::parse(row.text).units() == row.units);
    CHECK(Price::from_units(row.units).text() == row.printed);
  }
}

TEST_CASE("Text that is no exact decimal of the scale is refused, never rounded") {
  for (const char* text : {"", "-", "+", ".", ".5", "5.", "1..2", "1.2.3", "1e5", "1,5", " 1", "1 ", "0x10", "nan", "inf", "--1", "1-",
                           "0.0000000001", "9223372036.854775808", "-9223372036.854775809", "99999999999999999999999999999999999999999"}) {
    INFO(text);
    CHECK_THROWS_AS(Price::parse(text), DecimalError);
  }
}

TEST_CASE("The extremes of 128-bit money are read and printed exactly") {
  CHECK(Money::from_units(money_max).text() == "170141183460469231731.687303715884105727");
  CHECK(Money::from_units(money_min).text() == "-170141183460469231731.687303715884105728");
  CHECK(Money::parse("170141183460469231731.687303715884105727").units() == money_max);
  CHECK(Money::parse("-170141183460469231731.687303715884105728").units() == money_min);
  CHECK_THROWS_AS(Money::parse("170141183460469231731.687303715884105728"), DecimalError);
  CHECK_THROWS_AS(Money::parse("-170141183460469231731.687303715884105729"), DecimalError);
}

TEST_CASE("What is printed is read back as the same number, for any number") {
  test::RandomValues random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto price = random.make<Price>();
    const auto money = random.make<Money>();
    REQUIRE(Price::parse(price.text()) == price);
    REQUIRE(Money::parse(money.text()) == money);
  }
}

TEST_CASE("Sums and differences are exact or refused: they never wrap") {
  test::RandomValues random(2);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto a = random.make<Quantity>();
    const auto b = random.make<Quantity>();
    const Int128 sum = static_cast<Int128>(a.units()) + b.units();
    if (sum == static_cast<std::int64_t>(sum)) {
      REQUIRE((a + b).units() == sum);
      REQUIRE((a + b) - b == a);
    } else {
      REQUIRE_THROWS_AS(a + b, DecimalError);
      ++refused;
    }
  }
  CHECK(refused > 10);
  CHECK_THROWS_AS(-Price::from_units(std::numeric_limits<std::int64_t>::min()), DecimalError);
  CHECK_THROWS_AS(Money::from_units(money_max) + Money::from_units(1), DecimalError);
  CHECK_THROWS_AS(Price::whole(9'223'372'037), DecimalError);
}

TEST_CASE("Price times quantity is exact money, or refused beyond 128 bits") {
  CHECK(notional(Price::parse("60123.5"), Quantity::parse("0.25")) == Money::parse("15030.875"));
  CHECK(notional(Price::parse("0.000000001"), Quantity::parse("0.000000001")) == Money::from_units(1));
  CHECK(notional(Price::parse("4500.25"), Quantity::parse("-2"), 50) == Money::parse("-450025"));
  const auto huge = Price::from_units(std::numeric_limits<std::int64_t>::max());
  CHECK_NOTHROW(notional(huge, Quantity::from_units(std::numeric_limits<std::int64_t>::max())));
  CHECK_THROWS_AS(notional(huge, Quantity::from_units(std::numeric_limits<std::int64_t>::max()), 3), DecimalError);
}

TEST_CASE("Whole units and their residual add up, and the residual lies in [0, unit)") {
  test::RandomValues random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = Money::from_units(random.make<Money>().units() / 4);
    const auto unit = Money::from_units(static_cast<Int128>(1 + random.below(1'000'000'000'000'000'000)));
    const auto [whole, residual] = whole_units(value, unit);
    REQUIRE(whole + residual == value);
    REQUIRE(whole.units() % unit.units() == 0);
    REQUIRE(residual >= Money{});
    REQUIRE(residual < unit);
  }
  CHECK(whole_units(Money::parse("-0.001"), Money::parse("0.01")).whole == Money::parse("-0.01"));
}
