// One node's replica of one shard's log: the consensus core, its lease, and what both need around them. Above it nothing
// knows of terms of office except that a writer must take over before it writes.
//
// A monitor: any thread calls, one at a time is inside, and what the core wants done is done before the next comes in. Hands
// are called from inside: they must return at once and never call back.
//
// A group whose only member is this node, without a transport, leads from its first append on; it needs no clock.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "persistence/consensus/core.hpp"
#include "persistence/consensus/lease.hpp"
#include "persistence/group_write.hpp"
#include "persistence/replication/frames.hpp"
#include "persistence/replication/group_rows.hpp"
#include "persistence/replication/marks.hpp"
#include "persistence/replication/unchained.hpp"
#include "persistence/shard_log.hpp"

namespace tally::replication {

// Who leads, as this node knows. A leader is told only after everything before its leadership is committed.
struct Leadership {
  bool leads = false;
  consensus::Term term = 0;
  consensus::NodeId leader = consensus::nobody;
  const char* why = "";  // it leads no more: for a person
};

struct MemberStatus {
  consensus::NodeId id = consensus::nobody;
  consensus::Duty duty = consensus::Duty::learner;
  Offset match = 0;             // leader: what it is known to have durably
  bool suspect = false;
};
struct ReplicaStatus {
  Symbol shard;
  consensus::Role role = consensus::Role::follower;
  consensus::Term term = 0;
  consensus::NodeId leader = consensus::nobody;
  Offset committed = 0;
  Offset end = 0;
  bool lease = false;
  bool suspect = false;
  bool fetching = false;
  Digest chain{};               // at the last entry in memory's base or after: equal chains, equal histories
  consensus::Index chained = 0;
  std::vector<MemberStatus> members;
};

// What was found on disk, or the founding of a new group.
struct StoredReplica {
  consensus::Stored stored;
  Index committed = 0;
  Marks marks;
  std::uint64_t saves = 0;
  std::optional<consensus::Base> founding;  // none at a node that has not been told yet
  bool lost = false;                        // less is here than was reported durable
  bool fresh = false;                       // nothing of it is on disk
  std::vector<std::shared_ptr<const ValueBlock>> unchained;  // committed or not, behind the last link of the hash chain
};

class Replica {
 public:
  struct Hands {
    std::function<void(GroupWrite, Commit)> write;      // in order; durable() follows
    std::function<void(NodeId, const GroupFrame&)> send;
    std::function<void(std::span<const std::byte> values, std::size_t entries)> chain;  // committed, in order: for the hash chain
    std::function<void(const Leadership&)> leadership;
    std::function<consensus::Clocks()> clocks;
    // Entries of the log from `from` up to `to`, at least one, then as many as `bytes` allow; without their chains.
    std::function<std::vector<consensus::LogEntry>(consensus::Index from, consensus::Index to, std::size_t bytes)> read;
  };
  struct Settings {
    consensus::Settings core;
    consensus::LeaseSettings lease;
    bool alone = true;
  };

  Replica(ShardLog& shard, Settings settings, StoredReplica stored, Hands hands);

  // As Journal::append; `payloads` are the entries' stored bytes. Throws JournalError where this node does not lead in the
  // term that take_over() answered, or as much waits as may wait; then none is taken.
  void append(Offset expected, std::span<const EntryPtr> entries, std::span<const consensus::Payload> payloads, Commit when);
  std::uint64_t take_over();
  // Throws JournalError where that will not be known here, because leadership was lost.
  void wait_committed(Offset offset);

  void durable(consensus::Ticket ticket);
  void receive(const GroupFrame& frame);
  // `aside`: this node had better not lead, see consensus::Core::stand_aside.
  void tick(bool aside = false);
  void note_commit();   // before the end: writes how far it is committed, where that was not said yet

  // Whether an effect may leave now. Ask right before each.
  bool may_act();
  // No effect is on its way any more: the successor need not wait for our lease.
  consensus::Refusal transfer(NodeId target, bool effects_stopped);
  consensus::Refusal change(const consensus::Change& change);
  void resign(const char* why);
  ReplicaStatus status();

  // For Hands::read, which is called from inside, and for whoever watches a simulation of one thread.
  const Marks& marks_inside() const { return marks_; }
  const consensus::Core& core_inside() const { return core_; }
  const consensus::Lease& lease_inside() const { return lease_; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  void lead_alone(Lock& lock);
  void check_writing() const;
  bool of_this_generation(const GroupFrame& frame);
  bool leads() const { return !stopped_ && core_.role() == consensus::Role::leader; }
  bool settled() const { return leads() && core_.log().term_at(core_.commit()) == core_.term(); }
  void look_at_clocks();
  void pump(Commit when);
  void persist(consensus::Persist wanted, Commit when);
  void take_entry(const consensus::LogEntry& entry, GroupWrite& write, ValueBlock& block);
  void truncate_from(consensus::Index index, GroupWrite& write);
  void write_commit();
  void add_commit(GroupWrite& write);
  void release();
  void send_message(consensus::Message message);
  void take_role(const consensus::RoleChange& change);
  void tell_leadership();
  void take_committed();
  void chain_up_to(Offset offset);
  void ask_history();
  void answer_history(NodeId from, const HistoryRequest& request);

  ShardLog& shard_;
  const Settings settings_;
  const Hands hands_;

  std::mutex mutex_;
  std::condition_variable changed_;
  consensus::Core core_;
  consensus::Lease lease_;
  Marks marks_;
  std::uint64_t saves_;
  std::optional<consensus::Base> founding_;
  bool on_disk_;                                  // its directory row is written
  bool stopped_ = false;
  std::deque<EntryPtr> proposed_;                 // what append() handed in, until it is persisted
  std::deque<consensus::Outgoing> held_;          // until their tickets are durable
  consensus::Ticket durable_ = 0;
  consensus::Index noted_commit_ = 0;
  consensus::Nanoseconds noted_at_ = 0;
  consensus::Term writing_term_ = 0;
  consensus::Term told_leading_ = 0;
  const char* lost_because_ = "";
  consensus::Term stood_in_ = 0;                  // asked for votes, or whether it would get them
  Unchained unchained_;

  // Catching up from the leader's disk.
  std::optional<consensus::Base> fetching_;
  consensus::Nanoseconds asked_at_ = 0;
};

}  // namespace tally::replication
