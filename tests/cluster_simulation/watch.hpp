// What must hold of the whole cluster, over what simulation::Truth holds the consensus log to: one history of the account, its
// effects at the venue, the order in which people saw things, frames between processes, and bounds.
#pragma once

#include "actors/host/shard/standby.hpp"
#include "persistence/memory_journal.hpp"
#include "persistence/replication/replica.hpp"
#include "tests/cluster_simulation/hosted_account.hpp"
#include "tests/cluster_simulation/plan.hpp"
#include "tests/simulation/truth.hpp"

namespace tally::cluster_simulation {

using consensus::Index;
using consensus::LogEntry;
using replication::Lane;
using replication::NodeId;
using simulation::Truth;
using simulation::Violation;

using Life = std::uint64_t;   // of one process

// What one process was seen to have in its log.
struct LogSeen {
  std::vector<LogEntry> entries;   // from index 1; those never seen in memory are empty
  Index committed = 0;
  consensus::Term term = 0;
  consensus::Role role = consensus::Role::follower;
};

class Watch {
 public:
  explicit Watch(const Plan& plan) : plan_(plan) {}

  // ---- the log: after every step of a process; each throws Violation ----
  void founded(const consensus::Base& founding) { truth_.begin(founding); }
  // Answers the entries that nobody had committed before.
  std::vector<LogEntry> stepped(const consensus::Core& core, LogSeen& seen);
  const Truth& truth() const { return truth_; }

  // ---- frames: a lane from a process to a node brings what was sent, in order, never twice, whole ----
  void sent(Life from, NodeId to, Lane lane, const replication::Frame& frame);
  void arrived(Life from, NodeId to, Lane lane, const replication::Frame& frame);

  // ---- commands: the history of people ----
  void invoked(CommandNumber command, const Message& message, Nanoseconds now);
  void acknowledged(CommandNumber command, Offset last, Nanoseconds now);

  // ---- effects ----
  void order_leaves(const OrderCommanded& order, consensus::Term term);
  void order_arrives(const OrderCommanded& order, consensus::Term term);

  // The account as it is committed: one history, entry by entry.
  const MemoryJournal& account() const { return account_; }
  // A warm standby is what a cold one would be.
  void same_state(Standby& warm) const;   // it is spent by it
  std::map<EntityRef, std::vector<std::byte>> cold_states(Offset upto) const;

  // At the end, everybody healed.
  void complete(const VirtualVenue& venue, DeterministicHost& leader) const;

  std::size_t acknowledged_count() const { return acknowledged_.size(); }
  std::size_t orders_count() const { return arrived_.size(); }
  std::size_t fills_count() const { return fills_.size(); }

 private:
  struct Way {
    std::vector<std::uint64_t> frames;   // by hash, in the order in which they were sent
    std::size_t next = 0;                // that may arrive
  };
  struct Invocation {
    Nanoseconds invoked = 0;
    Nanoseconds acknowledged = 0;        // 0: not so far
    bool must_show = true;               // an effect of its own, or a denial
  };

  void record(const LogEntry& entry);
  void took_effect(CommandNumber command, const Entry& entry);

  const Plan& plan_;
  Truth truth_;
  MemoryJournal account_;
  std::map<std::tuple<Life, NodeId, Lane>, Way> lanes_;
  std::map<CommandNumber, Invocation> commands_;
  std::set<CommandNumber> acknowledged_, denied_;
  std::map<CommandNumber, Offset> effect_of_;              // where it first took effect
  std::map<ClientOrderId, OrderCommanded> commanded_;      // committed
  std::map<ExecutionId, Quantity> fills_;                  // committed, signed
  std::set<ClientOrderId> left_, arrived_;
  consensus::Term newest_term_ = 0;                        // that the venue heard of
};

// Of the key that stands for it; 0 where it is none of ours.
CommandNumber command_of(const Message& message);
IdempotencyKey key_of(CommandNumber command);

}  // namespace tally::cluster_simulation
