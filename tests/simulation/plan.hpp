// What one seed's world is like and what may go wrong in it. Each seed enables a random subset of the faults, with
// rates of its own: a world with all of them at once hides what a few of them do together.
#pragma once

#include "persistence/consensus/core.hpp"
#include "persistence/consensus/lease.hpp"
#include "tests/simulation/dice.hpp"

namespace tally::simulation {

using consensus::Nanoseconds;

constexpr Nanoseconds us = 1'000;
constexpr Nanoseconds ms = 1'000'000;

struct Plan {
  std::size_t voters = 3;
  bool witness = false;
  std::size_t machines = 3;
  Nanoseconds chaos = 8'000 * ms;

  // The network: per mille of messages.
  int loss = 0, duplicates = 0, late = 0;
  bool partitions = false, one_way = false, clogs = false;
  // Machines.
  bool crashes = false, all_crash = false, unlucky_leaders = false, freezes = false, sleeps = false, jumps = false;
  int skew_per_mille = 0;
  // Disks.
  bool slow_disks = false, hung_disks = false, failing_disks = false, torn_tails = false, rolled_back = false, wiped = false;
  // What operators and programs do.
  bool transfers = false, membership = false, slow_apply = false, failing_fetches = false;

  Nanoseconds fault_every = 400 * ms;
  Nanoseconds fault_max = 2'500 * ms;       // how long one lasts
  Nanoseconds luck_max = 30 * ms;           // how soon after its election an unlucky leader falls
  Nanoseconds command_every = 20 * ms;
  std::size_t commands_at_once = 3;
  std::size_t payload_max = 60;

  consensus::Settings settings;
  consensus::LeaseSettings lease;
};

inline Plan plan_of(std::uint64_t seed) {
  Dice dice(seed ^ 0x5EED);
  const auto maybe = [&] { return dice.chance(400); };
  Plan plan;
  plan.voters = std::array<std::size_t, 8>{1, 2, 3, 3, 3, 3, 5, 5}[dice.below(8)];
  plan.witness = plan.voters == 3 && dice.chance(300);
  plan.machines = plan.voters + dice.below(3);
  plan.chaos = dice.between(4'000, 10'000) * ms;

  if (maybe()) plan.loss = static_cast<int>(dice.between(1, 300));
  if (maybe()) plan.duplicates = static_cast<int>(dice.between(1, 200));
  if (maybe()) plan.late = static_cast<int>(dice.between(1, 200));
  plan.partitions = maybe(), plan.one_way = maybe(), plan.clogs = maybe();
  plan.crashes = maybe(), plan.all_crash = dice.chance(200), plan.unlucky_leaders = dice.chance(200);
  plan.freezes = maybe(), plan.sleeps = maybe(), plan.jumps = dice.chance(200);
  if (maybe()) plan.skew_per_mille = 8;
  plan.slow_disks = maybe(), plan.hung_disks = maybe(), plan.failing_disks = maybe(), plan.torn_tails = maybe();
  plan.rolled_back = maybe(), plan.wiped = dice.chance(250);
  plan.transfers = maybe(), plan.membership = maybe() || plan.voters == 1;
  plan.slow_apply = dice.chance(200), plan.failing_fetches = maybe();

  plan.fault_every = (dice.chance(500) ? dice.between(100, 1'000) : dice.between(30, 150)) * ms;
  plan.fault_max = (dice.chance(500) ? 2'500 : 400) * ms;
  plan.command_every = dice.between(5, 60) * ms;
  plan.commands_at_once = static_cast<std::size_t>(dice.between(1, 8));
  plan.payload_max = dice.chance(200) ? 2'000 : 60;

  plan.luck_max = std::array<Nanoseconds, 3>{4, 30, 150}[dice.below(3)] * ms;

  // A storm of elections: leaders fall with entries of theirs on few disks. Little else happens, so that it shows.
  const bool storm = dice.chance(150);
  if (storm) {
    plan.voters = dice.chance(600) ? 3 : 5;
    plan.machines = plan.voters;
    plan.unlucky_leaders = true;
    plan.membership = plan.wiped = plan.slow_apply = plan.hung_disks = plan.all_crash = false;
    plan.loss = static_cast<int>(dice.between(50, 300));
    plan.fault_max = 400 * ms;
    plan.command_every = dice.between(50, 400) * ms;
    plan.payload_max = 60;
  }

  consensus::Settings& core = plan.settings;
  core.heartbeat = 40 * ms;
  core.election_min = 200 * ms;
  core.election_spread = 150 * ms;
  core.resend = dice.between(60, 300) * ms;
  core.disk_stall_max = 600 * ms;
  // Sometimes hardly an entry fits into an append.
  const bool tiny = plan.payload_max == 60 && dice.chance(storm ? 800 : 300);
  core.append_bytes_max = static_cast<std::size_t>(tiny ? dice.between(160, 400) : dice.between(2'100, 8'000));
  core.window_messages_max = static_cast<std::size_t>(dice.between(1, 16));
  core.window_bytes_max = static_cast<std::size_t>(dice.between(4'000, 64'000));
  core.log_bytes_kept = static_cast<std::size_t>(dice.chance(500) ? dice.between(0, 4'000) : 60'000);
  core.log_bytes_max = core.log_bytes_kept + static_cast<std::size_t>(dice.between(20'000, 200'000));
  core.reads_max = 64;
  plan.lease.duration = 140 * ms;
  plan.lease.send_max = 40 * ms;
  consensus::Lease::check(plan.lease, core.election_min);
  return plan;
}

}  // namespace tally::simulation
