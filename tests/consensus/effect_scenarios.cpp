// Histories about who may act outside.
#include "persistence/consensus/lease.hpp"
#include "tests/consensus/cluster.hpp"
#include "tests/consensus/scenarios.hpp"

namespace tally::consensus {

// The old leader sleeps with a lease in hand; the new one wins meanwhile, and waits.
void one_lease_at_a_time() {
  LeaseSettings settings;
  settings.duration = 100 * ms;
  settings.send_max = 20 * ms;
  const auto clocks = [](Nanoseconds boottime, Nanoseconds slept) { return Clocks{boottime, boottime - slept}; };
  Lease before(settings), after(settings);
  before.lead(clocks(0, 0), true);
  before.round_sent(1, clocks(10 * ms, 0));
  before.round_confirmed(1);
  expect(before.may_act(clocks(20 * ms, 0)), "no lease: the test is none");

  const Nanoseconds won = 30 * ms;  // right after the voters answered the round
  after.lead(clocks(won, 0), false);
  bool acted = false;
  for (Nanoseconds now = won; now < 1'000 * ms; now += ms) {
    after.round_sent(static_cast<Round>(now / ms), clocks(now, 0));
    after.round_confirmed(static_cast<Round>(now / ms));
    const bool sleeper = before.may_act(clocks(now, now - 20 * ms));  // its monotonic clock stands
    const bool other = after.may_act(clocks(now, 0));
    expect(!(sleeper && other), "two nodes hold the lease");
    expect(!other || now >= 10 * ms + settings.duration + settings.send_max, "the old lease was not waited out");
    acted |= other;
  }
  expect(acted, "the new leader never acted");
}

}  // namespace tally::consensus
