// What holds for every chain and every rule.
#include <rapidcheck.h>

#include <algorithm>
#include <random>

#include "actors/instrument_resolver/future_resolver.hpp"
#include "tests/instrument_resolver/chains.hpp"

using namespace tally;
using namespace tally::instruments;
using namespace tally::instruments::test;

namespace {

// Of the whole range from the first case on.
std::int64_t drawn(std::int64_t from, std::int64_t to) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, to + 1));
}
bool one_in(int n) { return drawn(1, n) == n; }  // shrinks to no

// Contracts of some expiries and strikes, thinned, with quotes of every quality. Small numbers, so that ties are frequent.
OptionChain any_chain() {
  OptionChain any;
  any.underlying = ProductId("ABC");
  any.at = noon;
  any.today = today;
  any.underlying_price = Price::from_units(drawn(180, 220) * 500'000'000);
  any.underlying_at = noon;
  const std::int64_t expiries = drawn(1, 3), strikes = drawn(1, 9);
  for (std::int64_t e = 0; e < expiries; ++e)
    for (const Right right : {Right::call, Right::put})
      for (std::int64_t i = 0; i < strikes; ++i) {
        if (one_in(8)) continue;
        OptionRow row = option(today + e * 7, right, 92 + 2 * i);
        if (one_in(6)) row.bid.reset();
        if (one_in(6)) row.ask = Price::from_units(drawn(15, 30) * 100'000'000);
        if (one_in(8)) row.bid = row.ask = std::nullopt, row.quoted_at.reset();
        row.open_interest = contracts(drawn(0, 6) * 50);
        row.volume = contracts(drawn(0, 20));
        row.greeks.delta = Ratio::from_units(drawn(0, 10) * (right == Right::call ? 100'000'000 : -100'000'000));
        if (one_in(5)) row.greeks.delta.reset();
        any.rows.push_back(row);
      }
  return any;
}

OptionRule any_rule() {
  OptionRule any;
  any.right = one_in(2) ? Right::call : Right::put;
  any.expiry.days_min = drawn(0, 8);
  any.ties = static_cast<Ties>(drawn(0, 2));
  switch (drawn(0, 2)) {
    case 0: any.choice = ByRank{drawn(-4, 4), one_in(2)}; break;
    case 1: any.choice = ByStrike{Price::whole(drawn(90, 112)), {}}; break;
    default: any.choice = ByDelta{Ratio::from_units(drawn(1, 20) * 50'000'000), {}}; break;
  }
  any.liquidity.two_sided = one_in(2);
  if (one_in(3)) any.liquidity.spread_max = Ratio::from_units(drawn(0, 40) * 10'000'000);
  if (one_in(3)) any.liquidity.open_interest_min = contracts(drawn(0, 200));
  if (one_in(3)) any.liquidity.volume_min = contracts(drawn(0, 10));
  if (one_in(4)) any.completeness.quoted_min = Ratio::from_units(drawn(0, 10) * 100'000'000);
  return any;
}

Liquidity tighter(Liquidity filters) {
  switch (drawn(0, 3)) {
    case 0: filters.two_sided = true; break;
    case 1: {
      const Ratio limit = Ratio::from_units(drawn(0, 20) * 10'000'000);
      filters.spread_max = std::min(filters.spread_max.value_or(limit), limit);
      break;
    }
    case 2: filters.open_interest_min = filters.open_interest_min.value_or(Quantity{}) + contracts(drawn(0, 200)); break;
    default: filters.volume_min = filters.volume_min.value_or(Quantity{}) + contracts(drawn(0, 10)); break;
  }
  return filters;
}

bool same(const OptionResolution& a, const OptionResolution& b) {
  const auto strikes = [](const OptionResolution& of) {
    std::vector<std::tuple<Price, std::int64_t, std::vector<Rejected>>> all;
    for (const Considered& item : of.evidence.considered) all.emplace_back(item.row.strike, item.rank, item.failed);
    return all;
  };
  return a.rejected == b.rejected && a.reason == b.reason && strikes(a) == strikes(b) && a.evidence.expiry == b.evidence.expiry &&
         a.chosen.has_value() == b.chosen.has_value() && (!a.chosen || a.chosen->row.strike == b.chosen->row.strike);
}

}  // namespace

TEST_CASE("The order of the chain's rows changes nothing") {
  CHECK(rc::check([] {
    OptionChain any = any_chain();
    const OptionRule asked = any_rule();
    const OptionResolution first = resolve(any, asked);
    std::shuffle(any.rows.begin(), any.rows.end(), std::mt19937(static_cast<std::uint32_t>(drawn(0, 1 << 20))));
    RC_ASSERT(same(resolve(any, asked), first));
  }));
}

TEST_CASE("What is chosen passes every filter, is of the right and expiry, and is neither guessed nor hidden") {
  int resolved = 0;
  CHECK(rc::check([&] {
    const OptionChain any = any_chain();
    const OptionRule asked = any_rule();
    const OptionResolution resolution = resolve(any, asked);
    RC_ASSERT(resolution.chosen.has_value() != resolution.rejected.has_value());
    if (!resolution.chosen) return;
    ++resolved;
    const OptionRow& row = resolution.chosen->row;
    const Liquidity& filters = asked.liquidity;
    RC_ASSERT(row.right == asked.right);
    RC_ASSERT(row.expiry - today >= asked.expiry.days_min);
    for (const OptionRow& other : any.rows)
      if (other.expiry < row.expiry) RC_ASSERT(other.expiry - today < asked.expiry.days_min);
    if (filters.two_sided || filters.spread_max) RC_ASSERT((row.bid && row.ask && *row.bid > Price{} && *row.ask >= *row.bid));
    if (filters.spread_max)
      RC_ASSERT(notional(*row.ask - *row.bid, Quantity::whole(2)) <=
                notional(*row.ask + *row.bid, Quantity::from_units(filters.spread_max->units())));
    if (filters.open_interest_min) RC_ASSERT(row.open_interest.value_or(Quantity{}) >= *filters.open_interest_min);
    if (filters.volume_min) RC_ASSERT(row.volume.value_or(Quantity{}) >= *filters.volume_min);
  }));
  CHECK(resolved >= 20);  // of a hundred: else this says nothing
}

TEST_CASE("A tighter filter never makes a rejection an acceptance") {
  int turned = 0;
  CHECK(rc::check([&] {
    const OptionChain any = any_chain();
    OptionRule asked = any_rule();
    const bool rejected = resolve(any, asked).rejected.has_value();
    asked.liquidity = tighter(asked.liquidity);
    const OptionResolution after = resolve(any, asked);
    if (rejected) RC_ASSERT(after.rejected.has_value());
    turned += !rejected && after.rejected;
  }));
  CHECK(turned > 0);
}

TEST_CASE("Without 'or farther' a filter changes whether, never which") {
  CHECK(rc::check([] {
    const OptionChain any = any_chain();
    OptionRule asked = any_rule();
    if (auto* by = std::get_if<ByRank>(&asked.choice)) by->or_farther = false;
    const OptionResolution before = resolve(any, asked);
    asked.liquidity = tighter(asked.liquidity);
    const OptionResolution after = resolve(any, asked);
    if (after.chosen) RC_ASSERT((before.chosen && before.chosen->row.strike == after.chosen->row.strike));
  }));
}

TEST_CASE("Rank is monotone in the distance of the strike from the money, and its sign says on which side") {
  CHECK(rc::check([] {
    const OptionChain any = any_chain();
    const OptionResolution resolution = resolve(any, any_rule());
    const std::vector<Considered>& all = resolution.evidence.considered;
    if (all.empty()) return;
    const Price money = *resolution.evidence.at_the_money;
    for (const Considered& item : all) {
      const int out = sign(item.row.strike - money) * (item.row.right == Right::call ? 1 : -1);
      RC_ASSERT(out == (item.rank > 0) - (item.rank < 0));
      RC_ASSERT(abs(money - *any.underlying_price) <= abs(item.row.strike - *any.underlying_price));
      for (const Considered& other : all) {
        const bool farther = (item.rank >= 0 && other.rank > item.rank) || (item.rank <= 0 && other.rank < item.rank);
        if (farther) RC_ASSERT(abs(other.row.strike - money) > abs(item.row.strike - money));
      }
    }
  }));
}

TEST_CASE("The order of a chain of futures changes nothing, and no filter is passed by") {
  CHECK(rc::check([] {
    FutureChain any{"ES", today, {}};
    for (std::int64_t i = -1; i < drawn(0, 5); ++i)
      any.rows.push_back({today + i * 30, Price::whole(drawn(0, 3)), contracts(drawn(0, 3)), contracts(drawn(0, 3))});
    FutureRule asked;
    asked.roll_by = static_cast<RollBy>(drawn(0, 2));
    asked.roll_days = drawn(0, 40);
    asked.ties = static_cast<Ties>(drawn(0, 2));
    asked.behind = drawn(0, 1);
    if (one_in(2)) asked.volume_min = contracts(drawn(0, 3));
    const FutureResolution first = resolve(any, asked);
    std::shuffle(any.rows.begin(), any.rows.end(), std::mt19937(static_cast<std::uint32_t>(drawn(0, 1 << 20))));
    const FutureResolution again = resolve(any, asked);
    RC_ASSERT(first.reason == again.reason);
    RC_ASSERT(first.rejected == again.rejected);
    if (!first.chosen) return;
    RC_ASSERT(first.chosen->row.expiry >= today);
    RC_ASSERT(*first.chosen->row.price > Price{});
    RC_ASSERT(first.chosen->row.volume.value_or(Quantity{}) >= asked.volume_min.value_or(Quantity{}));
  }));
}
