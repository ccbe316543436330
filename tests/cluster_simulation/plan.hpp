// What one seed's cluster is like and what may go wrong in it: each seed enables a random subset, with rates of its own.
#pragma once

#include "actors/host/cluster/session/settings.hpp"
#include "persistence/consensus/core.hpp"
#include "persistence/consensus/lease.hpp"
#include "tests/cluster_simulation/virtual_venue.hpp"

namespace tally::cluster_simulation {

using consensus::Nanoseconds;

constexpr Nanoseconds us = 1'000;
constexpr Nanoseconds ms = 1'000'000;

struct Plan {
  std::size_t voters = 3;
  std::size_t machines = 3;
  bool witness = false;
  Nanoseconds chaos = 5'000 * ms;

  // The network, per mille of packets.
  int loss = 0, duplicates = 0, late = 0;
  bool datagrams = false;                   // packets overtake each other
  bool partitions = false, one_way = false, resets = false;
  // Machines.
  bool kills = false, power_cuts = false, all_fall = false, unlucky_leaders = false, early_falls = false, unlucky_drops = false;
  bool freezes = false, sleeps = false, jumps = false, slow_threads = false;
  int skew_per_mille = 0;
  // Disks.
  bool slow_disks = false, hung_disks = false, failing_disks = false, full_disks = false, rolled_back = false, wiped = false, rot = false;
  // The venue's line.
  bool venue_cuts = false, slow_venue = false;
  VirtualVenue::Personality venue;
  // What operators do.
  bool transfers = false, membership = false;

  Nanoseconds fault_every = 300 * ms, fault_max = 1'500 * ms;
  Nanoseconds command_every = 60 * ms;
  Nanoseconds hosting_takes = 20 * ms;

  consensus::Settings core;
  consensus::LeaseSettings lease;
  cluster::SessionSettings session;
};

Plan plan_of(std::uint64_t seed);

}  // namespace tally::cluster_simulation
