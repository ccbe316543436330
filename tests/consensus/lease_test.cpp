// The lease by hand; together with the core it runs in the simulation.
#include "persistence/consensus/lease.hpp"
#include "tests/catch.hpp"

using namespace tally::consensus;

namespace {

constexpr Nanoseconds ms = 1'000'000;
Clocks awake(Nanoseconds at) { return {at + 7'000 * ms, at}; }
Clocks after_sleep(Nanoseconds at, Nanoseconds sleep) { return {at + sleep + 7'000 * ms, at}; }

LeaseSettings settings() {
  LeaseSettings lease;
  lease.duration = 100 * ms;
  lease.send_max = 20 * ms;
  return lease;
}

}  // namespace

TEST_CASE("A lease runs from when the round was sent, not from when it was answered") {
  Lease lease(settings());
  lease.lead(awake(0), true);
  CHECK_FALSE(lease.may_act(awake(1 * ms)));
  lease.round_sent(1, awake(10 * ms));
  CHECK_FALSE(lease.may_act(awake(11 * ms)));
  lease.round_confirmed(1);
  CHECK(lease.may_act(awake(60 * ms)));
  CHECK(lease.may_act(awake(109 * ms)));
  CHECK_FALSE(lease.may_act(awake(110 * ms)));
  lease.round_sent(2, awake(100 * ms));
  lease.round_sent(3, awake(120 * ms));
  lease.round_confirmed(2);
  CHECK(lease.may_act(awake(199 * ms)));
  CHECK_FALSE(lease.may_act(awake(200 * ms)));
}

TEST_CASE("A new leader waits the old lease and its last effect out, generously, unless the old one promised to stop") {
  Lease lease(settings());
  lease.lead(awake(0), false);
  for (Round round = 1; round <= 15; ++round) {
    lease.round_sent(round, awake(static_cast<Nanoseconds>(round) * 10 * ms));
    lease.round_confirmed(round);
  }
  CHECK_FALSE(lease.may_act(awake(121 * ms)));
  CHECK(lease.may_act(awake(123 * ms)));
}

TEST_CASE("A machine that slept has no lease, however little time its other clock saw") {
  Lease lease(settings());
  lease.lead(awake(0), true);
  lease.round_sent(1, awake(0));
  lease.round_confirmed(1);
  CHECK(lease.may_act(awake(50 * ms)));
  CHECK_FALSE(lease.slept(after_sleep(50 * ms, 150 * ms)));
  CHECK(lease.slept(after_sleep(51 * ms, 201 * ms)));
  lease.round_sent(2, after_sleep(52 * ms, 201 * ms));
  lease.round_confirmed(2);
  CHECK_FALSE(lease.may_act(after_sleep(53 * ms, 201 * ms)));
  lease.lead(after_sleep(60 * ms, 201 * ms), true);
  lease.round_sent(1, after_sleep(60 * ms, 201 * ms));
  lease.round_confirmed(1);
  CHECK(lease.may_act(after_sleep(61 * ms, 201 * ms)));
}

TEST_CASE("Small sleeps add up") {
  Lease lease(settings());
  lease.lead(awake(0), true);
  CHECK_FALSE(lease.slept(after_sleep(10 * ms, 0)));
  CHECK_FALSE(lease.slept(after_sleep(20 * ms, 150 * ms)));
  CHECK(lease.slept(after_sleep(30 * ms, 300 * ms)));
}

TEST_CASE("Who gives its lease up has none, and may be relied on only if it held one in its own right") {
  Lease waiting(settings());
  waiting.lead(awake(0), false);
  CHECK_FALSE(waiting.give_up(awake(50 * ms)));

  Lease holding(settings());
  holding.lead(awake(0), false);
  holding.round_sent(1, awake(200 * ms));
  holding.round_confirmed(1);
  REQUIRE(holding.may_act(awake(210 * ms)));
  CHECK(holding.give_up(awake(210 * ms)));
  CHECK_FALSE(holding.may_act(awake(211 * ms)));
  holding.round_sent(2, awake(212 * ms));
  holding.round_confirmed(2);
  CHECK_FALSE(holding.may_act(awake(213 * ms)));
}

TEST_CASE("A lease that could outlive an election is refused") {
  CHECK_THROWS_AS(Lease::check(settings(), 119 * ms), std::invalid_argument);
  CHECK_NOTHROW(Lease::check(settings(), 120 * ms));
}
