// The durable journal: one RocksDB per node for all its shards, each of them a consensus log. Format: docs/formats/journal.md.
//
// By itself a node is the only member of each group: what is durable here is committed. With a transport, groups have members
// on other nodes, committed is what a majority has durably, and only the node that leads a shard writes it (docs/consensus.md).
//
//   <directory>/JOURNAL     says that this is a journal, and its format
//   <directory>/NODE        who this disk is among others: a random id, made with the journal
//   <directory>/data/       the log, synced
//   <directory>/cache/      snapshots and indices, unsynced; may be deleted
//   <directory>/log/        RocksDB's own messages, bounded
//   <directory>/watermark   what was acknowledged, beside the log
//   <directory>/promises    how much was promised to other nodes, beside the log
//
// Opening checks every row: offsets dense to the end, checksums, the end not before the watermark. Where something does
// not fit it throws JournalDamaged with the first bad offset and changes nothing. A torn tail that was never
// acknowledged is cut off by RocksDB.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "persistence/journal.hpp"
#include "persistence/replication/replica.hpp"
#include "persistence/replication/transport.hpp"
#include "persistence/sha256.hpp"

namespace tally {

// How this journal takes part in a cluster.
struct ReplicationOptions {
  replication::Transport* transport = nullptr;   // none: this node is alone; outlives the journal, started by its owner afterwards
  consensus::Settings core;                      // `self` and `seed` are set by the journal
  consensus::LeaseSettings lease;
  std::chrono::milliseconds tick{20};
  // From inside: return at once, call nothing back.
  std::function<void(Symbol shard, const replication::Leadership&)> leadership;
  // Whether a frame may begin a shard that is not here; none: always. Others' frames about what is not known are dropped. Called
  // from the transport's threads.
  std::function<bool(Symbol shard)> admits;
  // A frame on the lane of calls, which is not the journal's.
  replication::Transport::Receive call;
  std::function<consensus::Clocks()> clocks;     // for tests; CLOCK_BOOTTIME and CLOCK_MONOTONIC
};

struct RocksDbOptions {
  std::uint64_t disk_reserve_bytes = std::uint64_t{512} << 20;  // new commands are refused below
  std::size_t waiting_bytes_max = std::size_t{256} << 20;       // appended, not yet committed; then append throws
  std::size_t group_bytes_max = std::size_t{8} << 20;           // of one synced batch
  std::size_t tail_bytes = std::size_t{4} << 20;                // newest committed entries kept as objects, a shard
  std::size_t write_buffer_bytes = std::size_t{64} << 20;       // of RocksDB; three at most
  std::chrono::microseconds spin{20};
  std::chrono::microseconds gather_max{500};                    // the longest that Commit::soon waits
  bool accept_loss = false;  // open even where the log ends before its watermark (an operator's word); a cluster's node then
                             // promises nothing until it has caught up, and needs no word
  ReplicationOptions replication;
};

class RocksDbJournal final : public Journal {
 public:
  // Throws JournalError (locked by another process, not a journal, no room) or JournalDamaged.
  explicit RocksDbJournal(std::filesystem::path directory, RocksDbOptions options = {});
  ~RocksDbJournal() override;  // commits what was appended, then closes

  using Journal::append;
  void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries, Commit when) override;
  Offset end(Symbol shard) const override;
  Offset committed(Symbol shard) const override;
  // With 0 where the leadership in which this node wrote is over: nothing more of it will be committed for whoever wrote.
  void on_commit(Symbol shard, std::function<void(Offset)> call) override;
  void wait_committed(Symbol shard, Offset offset) override;
  std::vector<EntryPtr> read(Symbol shard, Offset from, std::size_t count) const override;
  Offset offset_at(Symbol shard, Time time) const override;
  std::vector<Symbol> shards() const override;
  bool accepts_commands() const override;

  void put_snapshots(Symbol shard, std::span<const SnapshotRow> rows) override;
  std::optional<SnapshotRow> snapshot(Symbol shard, const EntityRef& entity) const override;
  std::vector<SnapshotRow> snapshots(Symbol shard) const override;
  Cache& cache() const override;

  std::uint64_t take_over(Symbol shard) override;

  // ---- as a member of a cluster ----
  replication::NodeId self() const;
  bool replicated() const;
  // Founds a shard's log with this node as its only member, if there is none here.
  void found(Symbol shard);
  // The same with members on several nodes, each of which founds it with the same words: then it is one log, and any majority of
  // them leads it without having heard from the others.
  void found(Symbol shard, consensus::Generation generation, std::vector<consensus::Member> members);
  bool may_act(Symbol shard) const;
  // `effects_stopped`: nothing is on its way outside any more, so that the successor need not wait.
  consensus::Refusal transfer(Symbol shard, replication::NodeId target, bool effects_stopped);
  consensus::Refusal change(Symbol shard, const consensus::Change& change);
  void resign(Symbol shard, const char* why);
  std::vector<replication::ReplicaStatus> replicas() const;   // ascending by shard
  std::optional<replication::ReplicaStatus> replica(Symbol shard) const;

  // The newest link of the shard's hash chain that is stored, and the offset it reaches to. Lags behind committed().
  struct ChainHead {
    Offset offset = 0;
    Digest link{};
  };
  ChainHead chain_head(Symbol shard) const;

  std::uint64_t syncs() const;       // synced batches since it was opened
  std::uint64_t free_bytes() const;  // of the disk, as last asked
  // Enough above the reserve that leadership need not soon go on to the next.
  bool has_room_to_lead() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tally
