// Capital by weight: exact, within what is free and there, and nothing lost on the way.
#include <rapidcheck.h>

#include "app/paper/allocation.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

const Money cent = Money::parse("0.01");

Allotted allotted(const std::string& name, const char* source, const char* capital, const char* free) {
  return {SubscriptionId(name), SignalSourceId(source), Money::parse(capital), Money::parse(free)};
}

}  // namespace

TEST_CASE("A source's share of the capital goes evenly to its subscriptions") {
  const std::map<SignalSourceId, Ratio> weights{{SignalSourceId("trend"), Ratio::parse("0.3")},
                                                {SignalSourceId("turn"), Ratio::parse("0.1")}};
  const auto rows = allocation_of({allotted("a", "trend", "1000", "1000"), allotted("b", "trend", "1000", "1000"),
                                   allotted("c", "turn", "2000", "2000"), allotted("d", "nobody", "500", "500")},
                                  weights, cent);
  REQUIRE(rows.size() == 3);   // a source without a weight is left alone
  CHECK(rows[0].target == Money::whole(1'500));
  CHECK(rows[1].allot == Money::whole(500));
  CHECK(rows[2].target == Money::whole(1'000));
  CHECK(rows[2].release == Money::whole(1'000));
}

TEST_CASE("What is not free stays, and what is lacking is shared in proportion") {
  const std::map<SignalSourceId, Ratio> weights{{SignalSourceId("trend"), Ratio::parse("0.5")},
                                                {SignalSourceId("turn"), Ratio::parse("0.25")},
                                                {SignalSourceId("third"), Ratio::parse("0.25")}};
  const auto rows = allocation_of(
      {allotted("a", "trend", "0", "0"), allotted("b", "turn", "0", "0"), allotted("c", "third", "4000", "600.005")},
      weights, cent);
  REQUIRE(rows.size() == 3);
  CHECK(rows[2].release == Money::whole(600));   // of 3000, whole cents that are free
  CHECK(rows[0].allot == Money::whole(400));     // of 2000
  CHECK(rows[1].allot == Money::whole(200));     // of 1000
}

TEST_CASE("Without a weight above zero nothing moves") {
  CHECK(allocation_of({allotted("a", "trend", "1000", "1000")}, {}, cent).empty());
  CHECK(allocation_of({allotted("a", "trend", "1000", "1000")}, {{SignalSourceId("trend"), Ratio{}}}, cent).empty());
  CHECK(allocation_of({}, {{SignalSourceId("trend"), Ratio::whole(1)}}, cent).empty());
}

TEST_CASE("Whatever the account is like, no more is allotted than is released, and no more released than is free") {
  CHECK(rc::check("allocation", [] {
    const auto count = *rc::gen::inRange<std::size_t>(0, 9);
    std::vector<Allotted> subscriptions;
    std::map<SignalSourceId, Ratio> weights;
    for (std::size_t i = 0; i < count; ++i) {
      const auto capital = *rc::gen::inRange<std::int64_t>(-1'000, 1'000'000),
                 free = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
      const SignalSourceId source("s" + std::to_string(*rc::gen::inRange(0, 4)));
      subscriptions.push_back({SubscriptionId("x" + std::to_string(i)), source,
                               Money::from_units(Int128{capital} * 1'234'567'890'123'456),
                               Money::from_units(Int128{free} * 1'234'567'890'123'456)});
      if (*rc::gen::inRange(0, 4) > 0) weights[source] = Ratio::from_units(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
    }
    Money allotted_sum, released_sum, targets, capital;
    for (const AllocationRow& row : allocation_of(subscriptions, weights, cent)) {
      for (const Allotted& one : subscriptions)
        if (one.subscription == row.subscription) RC_ASSERT(row.release <= one.free);
      RC_ASSERT(row.release >= Money{} && row.allot >= Money{});
      RC_ASSERT(row.release == Money{} || row.allot == Money{});
      RC_ASSERT(whole_units(row.allot, cent).residual == Money{});
      RC_ASSERT(whole_units(row.release, cent).residual == Money{});
      allotted_sum += row.allot;
      released_sum += row.release;
      targets += row.target;
      capital += row.capital;
    }
    RC_ASSERT(allotted_sum <= released_sum);
    RC_ASSERT(targets <= std::max(capital, Money{}));
  }));
}
