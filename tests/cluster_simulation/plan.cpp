#include "tests/cluster_simulation/plan.hpp"

namespace tally::cluster_simulation {

Plan plan_of(std::uint64_t seed) {
  Dice dice(seed ^ 0xC1057E4);
  const auto maybe = [&] { return dice.chance(400); };
  Plan plan;
  plan.voters = std::array<std::size_t, 8>{1, 2, 3, 3, 3, 3, 3, 5}[dice.below(8)];
  plan.machines = plan.voters + dice.below(2);
  plan.witness = plan.voters == 3 && dice.chance(200);
  plan.chaos = dice.between(3'000, 7'000) * ms;

  if (maybe()) plan.loss = static_cast<int>(dice.between(1, 150));
  if (maybe()) plan.duplicates = static_cast<int>(dice.between(1, 150));
  if (maybe()) plan.late = static_cast<int>(dice.between(1, 100));
  plan.datagrams = dice.chance(200);
  plan.partitions = maybe(), plan.one_way = maybe(), plan.resets = maybe();
  plan.kills = maybe(), plan.power_cuts = maybe(), plan.all_fall = dice.chance(150), plan.unlucky_leaders = dice.chance(200);
  plan.early_falls = maybe(), plan.unlucky_drops = maybe();
  plan.freezes = maybe(), plan.sleeps = maybe(), plan.jumps = maybe(), plan.slow_threads = maybe();
  if (maybe()) plan.skew_per_mille = 8;
  plan.slow_disks = maybe(), plan.hung_disks = maybe(), plan.failing_disks = maybe(), plan.full_disks = maybe();
  plan.rolled_back = maybe(), plan.wiped = dice.chance(200), plan.rot = maybe();
  plan.venue_cuts = maybe(), plan.slow_venue = maybe();
  plan.transfers = maybe(), plan.membership = dice.chance(250);

  plan.venue.knows_ids_again = dice.chance(500);
  plan.venue.fences_sessions = dice.chance(500);
  if (maybe()) plan.venue.rejects = Ratio::parse("0.1");
  if (maybe()) plan.venue.duplicates = Ratio::parse("0.2");
  if (maybe()) plan.venue.participation = Ratio::parse("0.05");

  plan.fault_every = (dice.chance(500) ? dice.between(150, 800) : dice.between(40, 150)) * ms;
  plan.fault_max = (dice.chance(500) ? 1'500 : 400) * ms;
  plan.command_every = dice.between(15, 120) * ms;
  plan.hosting_takes = dice.between(1, 60) * ms;

  // A storm of elections: leaders fall with entries of theirs on few disks, and their successors drop them. Little else happens.
  if (dice.chance(250)) {
    plan.voters = dice.chance(700) ? 3 : 5;
    plan.machines = plan.voters;
    plan.witness = plan.membership = plan.wiped = plan.all_fall = false;
    plan.unlucky_leaders = plan.unlucky_drops = plan.partitions = plan.kills = plan.power_cuts = plan.slow_disks = plan.hung_disks = true;
    plan.loss = static_cast<int>(dice.between(10, 100));
    plan.fault_every = dice.between(40, 120) * ms;
    plan.fault_max = 500 * ms;
    plan.hosting_takes = 5 * ms;
    plan.command_every = 15 * ms;
  }

  consensus::Settings& core = plan.core;
  core.heartbeat = 40 * ms;
  core.election_min = 200 * ms;
  core.election_spread = 150 * ms;
  core.resend = dice.between(60, 300) * ms;
  core.disk_stall_max = 600 * ms;
  core.append_bytes_max = static_cast<std::size_t>(dice.between(2'000, 20'000));
  core.entry_bytes_max = 1 << 20;
  core.window_messages_max = static_cast<std::size_t>(dice.between(1, 16));
  core.window_bytes_max = static_cast<std::size_t>(dice.between(8'000, 64'000));
  core.log_bytes_kept = static_cast<std::size_t>(dice.chance(500) ? dice.between(20'000, 60'000) : 400'000);
  core.log_bytes_max = core.log_bytes_kept + 400'000;
  plan.lease.duration = 140 * ms;
  plan.lease.send_max = 40 * ms;
  consensus::Lease::check(plan.lease, core.election_min);

  plan.session.waiting_bytes_max = static_cast<std::size_t>(dice.between(1'200, 3'000)) << 10;  // a piece of history fits
  plan.session.frame_bytes_max = 2u << 20;
  plan.session.window_bytes_max = static_cast<std::size_t>(dice.between(16, 128)) << 10;
  plan.session.window_bytes_min = 4u << 10;
  plan.session.votes_window_bytes = 32u << 10;
  plan.session.chunk_bytes_max = static_cast<std::size_t>(dice.between(2, 32)) << 10;
  plan.session.pulse_every = 100 * ms;
  plan.session.silence_max = 500 * ms;
  return plan;
}

}  // namespace tally::cluster_simulation
