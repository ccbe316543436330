// Several replicas by hand: who syncs, who hears whom and when time passes is the test's to say. Safety is watched all
// the time; what breaks it throws Broken.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "persistence/consensus/core.hpp"
#include "tests/consensus/disk_image.hpp"

namespace tally::consensus {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
inline void expect(bool holds, const std::string& what) {
  if (!holds) throw Broken(what);
}

constexpr Nanoseconds ms = 1'000'000;

template <class Body>
bool is(const Message& message) {
  return std::holds_alternative<Body>(message.body);
}

inline Settings quick(NodeId self, std::uint64_t seed = 1) {
  Settings settings;
  settings.self = self;
  settings.seed = seed;
  settings.heartbeat = 50 * ms;
  settings.election_min = 200 * ms;
  settings.election_spread = 200 * ms;
  settings.resend = 200 * ms;
  settings.disk_stall_max = 500 * ms;
  return settings;
}

struct Replica {
  std::unique_ptr<Core> core;     // none while it is down
  Settings settings;
  Stored disk;
  std::deque<Persist> unsynced;
  std::deque<Outgoing> held;      // wait for a ticket
  Ticket durable = 0;
  bool syncs = true;              // at once
  bool applies = true;
  std::map<Index, LogEntry> applied;
  std::map<std::uint64_t, ReadDone> reads;
  std::vector<RoleChange> changes;
  std::optional<Base> fetch;
  std::optional<std::string> diverged;
};

class Cluster {
 public:
  explicit Cluster(std::vector<Member> members) {
    for (const Member& member : members) add(member.id, disk_with(members));
  }
  Cluster() = default;

  void add(NodeId id, Stored disk = {}, std::optional<Settings> settings = std::nullopt) {
    Replica& replica = replicas[id];
    replica.disk = std::move(disk);
    replica.settings = settings.value_or(quick(id, 7 * id));
    start(id);
  }

  void start(NodeId id, bool lost = false) {
    Replica& replica = at(id);
    ++replica.settings.seed;
    replica.durable = 0;
    replica.core = std::make_unique<Core>(replica.settings, replica.disk, now, lost);
    pump(id);
  }

  // What is not synced is gone.
  void crash(NodeId id) {
    Replica& replica = at(id);
    replica.core.reset();
    replica.unsynced.clear();
    replica.held.clear();
    replica.reads.clear();
    replica.applied.clear();
    std::erase_if(wire, [&](const Message& message) { return message.from == id; });
  }

  Replica& at(NodeId id) { return replicas.at(id); }
  Core& core(NodeId id) { return *replicas.at(id).core; }
  bool up(NodeId id) const { return replicas.at(id).core != nullptr; }

  void sync(NodeId id) {
    Replica& replica = at(id);
    while (!replica.unsynced.empty()) {
      write(replica.disk, replica.unsynced.front());
      replica.durable = replica.unsynced.front().ticket;
      replica.unsynced.pop_front();
      replica.core->durable(replica.durable);
      release(id);
      pump(id);
    }
  }

  // Does what the core asks for; call after every input.
  void pump(NodeId id) {
    Replica& replica = at(id);
    if (!replica.core) return;
    Output out = replica.core->take_output();
    if (out.persist) replica.unsynced.push_back(*out.persist);
    for (Outgoing& outgoing : out.messages) {
      expect(outgoing.message.to != nobody && outgoing.message.to != id, "a message to nobody or to oneself");
      replica.held.push_back(std::move(outgoing));
    }
    for (const RoleChange& change : out.changes) {
      replica.changes.push_back(change);
      if (change.role == Role::leader || change.role == Role::relay) {
        const auto [known, fresh] = leaders.try_emplace({replica.disk.hard_state.generation, change.term}, id);
        expect(fresh || known->second == id, "two leaders in term " + std::to_string(change.term));
      }
    }
    for (const ReadDone& done : out.reads) replica.reads[done.id] = done;
    if (out.fetch) replica.fetch = out.fetch;
    if (out.diverged) replica.diverged = out.diverged;
    expect(!out.diverged || divergence_allowed, out.diverged.value_or(""));
    release(id);
    for (const LogEntry& entry : out.committed) commit(replica, entry);
    if (!out.committed.empty() && replica.applies) {
      replica.core->applied(out.committed.back().index);
    }
    if (replica.syncs && !replica.unsynced.empty()) sync(id);
  }

  void deliver(const Message& message) {
    if (!replicas.contains(message.to) || !up(message.to)) return;
    core(message.to).step(message);
    pump(message.to);
  }

  // Until nothing is on the wire. What `passes` refuses is lost.
  void settle() {
    for (int i = 0; !wire.empty(); ++i) {
      expect(i < 100'000, "the replicas talk for ever");
      const Message message = std::move(wire.front());
      wire.pop_front();
      if (!passes || passes(message)) deliver(message);
    }
  }

  void pass(Nanoseconds time) {
    for (const Nanoseconds end = now + time; now < end;) {
      now += 10 * ms;
      for (auto& [id, replica] : replicas) {
        if (!replica.core) continue;
        replica.core->tick(now);
        pump(id);
        settle();
      }
    }
  }

  // Without anybody's clock but its own: this one stands.
  void stand(NodeId id) {
    const Nanoseconds start = now;
    while (core(id).role() != Role::candidate && !leads(id) && now < start + 2'000 * ms) {
      now += 10 * ms;
      core(id).tick(now);
      pump(id);
    }
    settle();
  }

  bool leads(NodeId id) { return up(id) && core(id).role() == Role::leader; }
  NodeId leader() {
    NodeId found = nobody;
    for (auto& [id, replica] : replicas)
      if (leads(id) && (found == nobody || core(id).term() > core(found).term())) found = id;
    return found;
  }
  NodeId await_leader(Nanoseconds at_most = 5'000 * ms) {
    for (const Nanoseconds end = now + at_most; leader() == nobody && now < end;) pass(10 * ms);
    expect(leader() != nobody, "no leader");
    return leader();
  }

  Index propose(NodeId id, const std::string& text) {
    const Proposed proposed = core(id).propose(bytes(text));
    pump(id);
    expect(proposed.refusal == Refusal::none, std::string("a proposal was refused: ") + reason_of(proposed.refusal));
    return proposed.index;
  }
  Refusal change(NodeId id, const Change& change) {
    const Refusal refusal = core(id).change(change);
    pump(id);
    return refusal;
  }

  void cut_off(std::set<NodeId> alone) {
    passes = [alone](const Message& message) { return !alone.contains(message.from) && !alone.contains(message.to); };
  }
  void only(std::set<NodeId> together) {
    passes = [together](const Message& message) { return together.contains(message.from) && together.contains(message.to); };
  }
  void heal() { passes = nullptr; }

  std::map<NodeId, Replica> replicas;
  std::deque<Message> wire;
  std::function<bool(const Message&)> passes;
  Nanoseconds now = 1'000 * ms;
  // Of each generation.
  std::map<std::pair<Generation, Term>, NodeId> leaders;
  std::map<std::pair<Generation, Index>, Digest> committed;
  bool divergence_allowed = false;
  bool disks_are_watched = true;

 private:
  void release(NodeId id) {
    Replica& replica = at(id);
    std::deque<Outgoing> rest;
    for (Outgoing& outgoing : replica.held) {
      if (outgoing.after <= replica.durable) wire.push_back(std::move(outgoing.message));
      else rest.push_back(std::move(outgoing));
    }
    replica.held = std::move(rest);
  }

  // State-machine safety; and nothing is committed that is not on the disks of a majority.
  void commit(Replica& replica, const LogEntry& entry) {
    replica.applied[entry.index] = entry;
    const auto [known, fresh] = committed.try_emplace({replica.disk.hard_state.generation, entry.index}, entry.chain);
    expect(known->second == entry.chain, "two histories committed at " + std::to_string(entry.index));
    if (!fresh || !disks_are_watched) return;
    const std::vector<Member>& members = replica.core->members();
    std::size_t holding = 0;
    for (const Member& member : members) {
      if (!votes(member) || !replicas.contains(member.id)) continue;
      const Stored& disk = replicas.at(member.id).disk;
      const Digest* chain = chain_on(disk, entry.index);
      holding += disk.base.index > entry.index || (chain && *chain == entry.chain);
    }
    expect(holding >= majority_of(members), "committed without a majority's disks: " + std::to_string(entry.index));
  }
};

}  // namespace tally::consensus
