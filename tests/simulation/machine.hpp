// One machine: clocks, a disk, and the process on it, which is the real core with what a driver does around it.
#pragma once

#include <memory>

#include "persistence/consensus/lease.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/truth.hpp"

namespace tally::simulation {

struct Machine {
  NodeId id = consensus::nobody;
  Disk disk;

  // Clocks: how fast they run, what they showed at first, and by how much the monotonic one fell behind or jumped.
  int rate_per_mille = 1000;
  Nanoseconds boot_offset = 0;
  Nanoseconds monotonic_offset = 0;

  // The process.
  std::uint64_t life = 0;
  Nanoseconds paused_until = 0;
  std::unique_ptr<consensus::Core> core;  // none while it is down
  consensus::Lease lease{{}};
  consensus::Ticket durable = 0;
  std::deque<consensus::Outgoing> held;
  bool syncing = false;
  Index handed = 0;                       // committed entries taken over
  Index applied = 0;
  struct Waiting {
    Term term;
    CommandId command;
  };
  std::map<Index, Waiting> waiting;       // clients, for what this process proposed
  std::map<std::uint64_t, Index> reads;   // confirmed, and not applied so far

  // Effects of this leadership.
  Term leads_in = 0;
  Index next_effect = 0;
  int on_the_way = 0;                     // at the venue's door; a restart of the process does not call them back

  // Troubles.
  Nanoseconds slow_until = 0, hung_until = 0;
  bool next_sync_fails = false;

  bool up() const { return core != nullptr; }
  consensus::Clocks clocks(Nanoseconds now) const {
    const Nanoseconds boot = now / 1000 * rate_per_mille + boot_offset;
    return {boot, boot + monotonic_offset};
  }
};

}  // namespace tally::simulation
