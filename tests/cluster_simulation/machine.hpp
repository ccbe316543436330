// One machine of a simulated cluster: clocks, a disk, and the process on it, which is everything a node runs between its sockets
// and its disk.
#pragma once

#include "actors/host/cluster/session/mesh.hpp"
#include "actors/host/live/clock_discipline.hpp"
#include "app/venue/send_cap.hpp"
#include "tests/cluster_simulation/virtual_journal.hpp"
#include "tests/cluster_simulation/watch.hpp"

namespace tally::cluster_simulation {

// The account's line to its venue, as a RemoteVenueLink keeps it; it lives and ends with the hosted account.
struct VenueLine {
  struct Hop {
    Message message;
    Nanoseconds since = 0;
    bool admitted = false;      // by the cap; once
  };
  struct Down {
    std::optional<VirtualVenue::Said> said;
    std::uint64_t taken = 0;    // number of what was sent, otherwise
  };
  std::uint64_t connection = 0; // counts them; events of a former one are not heard
  bool connected = false;
  VenueSession session = 0;
  std::deque<Hop> waiting;
  std::map<std::uint64_t, Message> in_flight;
  std::uint64_t next_number = 1;
  std::optional<Offset> heard;  // the last report that the account took
  std::size_t cursor = 0;       // in what the venue said
  std::deque<Down> down;
  Nanoseconds down_last = 0;
  SendCap cap{{}};
};

struct Process {
  Life life = 0;
  std::unique_ptr<cluster::Credentials> credentials;
  std::unique_ptr<cluster::Mesh> mesh;
  std::unique_ptr<VirtualJournal> journal;
  std::optional<ClockDiscipline> time;
  LogSeen seen;

  replication::Leadership told;
  Offset commits_told = 0, commits_mailed = 0;
  std::unique_ptr<HostedAccount> hosted;
  std::unique_ptr<Standby> standby;
  VenueLine line;
  int failures = 0;                       // to host, in a row
  consensus::Term given_up = 0;           // that is handed on: not hosted again
  NodeId successor = 0;
  Nanoseconds given_up_at = 0;

  Nanoseconds wakes_at = INT64_MAX;       // already arranged
  bool follows = false, mails = false, lines = false, effects = false;
};

struct Machine {
  NodeId id = consensus::nobody;
  VirtualDisk disk;
  consensus::Generation founds = 0;

  int rate_per_mille = 1000;
  Nanoseconds boot_offset = 0, monotonic_offset = 0, wall_offset = 0;

  std::unique_ptr<Process> process;       // none while it is down
  Nanoseconds paused_until = 0, deferred_last = 0;

  // Troubles.
  Nanoseconds slow_until = 0, hung_until = 0, full_until = 0;
  bool next_sync_fails = false;
  bool unusable = false;                  // it does not open: an operator has to replace it

  bool up() const { return process != nullptr; }
  consensus::Clocks clocks(Nanoseconds now) const {
    const Nanoseconds boot = now / 1000 * rate_per_mille + boot_offset;
    return {boot, boot + monotonic_offset};
  }
  ClockReadings readings(Nanoseconds now) const {
    const consensus::Clocks steady = clocks(now);
    return {now + wall_offset, steady.boottime, steady.monotonic};
  }
};

}  // namespace tally::cluster_simulation
