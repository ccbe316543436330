// The journal of one process, as a RocksDbJournal is one, without threads: the real replica, frames, rows, opening and writer's
// rounds over a virtual disk. Whoever drives it says when a round begins, is put together, and is durable.
//
// One shard. What is read is what RocksDbJournal would read: the tail in memory, then rows.
#pragma once

#include "persistence/hash_chain.hpp"
#include "persistence/memory_journal.hpp"
#include "persistence/replication/replica.hpp"
#include "persistence/write_round.hpp"
#include "tests/cluster_simulation/virtual_disk.hpp"

namespace tally::cluster_simulation {

using replication::Frame;
using replication::Lane;
using replication::NodeId;
using replication::Replica;

class VirtualJournal final : public Journal {
 public:
  struct Options {
    consensus::Settings core;        // with self and seed
    consensus::LeaseSettings lease;
    consensus::Generation founds = 0;  // 0: it will be told
    std::size_t tail_bytes = 4'000;
    std::size_t waiting_bytes_max = 1 << 20;
  };
  struct Hands {
    std::function<void(NodeId, Lane, Frame)> send;
    std::function<consensus::Clocks()> clocks;
    std::function<void(const replication::Leadership&)> leadership;
    std::function<void(Offset)> committed;   // of what this process writes; from inside
  };

  // Opens what is on the disk. Throws JournalDamaged.
  VirtualJournal(VirtualDisk& disk, Symbol shard, Options options, Hands hands);

  using Journal::append;
  void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries, Commit when) override;
  std::uint64_t take_over(Symbol) override { return replica_->take_over(); }
  Offset end(Symbol) const override { return log_ ? log_->end() : 0; }
  Offset committed(Symbol) const override { return log_ ? log_->committed() : 0; }
  void on_commit(Symbol, std::function<void(Offset)>) override {}
  void wait_committed(Symbol, Offset) override { throw JournalError("nobody waits in a simulation"); }
  std::vector<EntryPtr> read(Symbol shard, Offset from, std::size_t count) const override;
  Offset offset_at(Symbol shard, Time time) const override { return first_recorded_at(*this, shard, time); }
  std::vector<Symbol> shards() const override { return {shard_}; }
  void put_snapshots(Symbol shard, std::span<const SnapshotRow> rows) override { snapshots_.put_snapshots(shard, rows); }
  std::optional<SnapshotRow> snapshot(Symbol shard, const EntityRef& entity) const override { return snapshots_.snapshot(shard, entity); }
  std::vector<SnapshotRow> snapshots(Symbol shard) const override { return snapshots_.snapshots(shard); }
  Cache& cache() const override { return snapshots_.cache(); }
  bool accepts_commands() const override { return !low_on_room; }

  void received(NodeId from, const Frame& bytes);
  void tick() { if (replica_) replica_->tick(); }

  // ---- the writer's rounds ----
  bool idle() const { return waiting_.empty() && round_.empty(); }
  bool in_round() const { return !round_.empty(); }
  bool round_drops() const {
    return std::any_of(round_.begin(), round_.end(), [](const RoundPart& part) { return part.write.truncate_from.has_value(); });
  }
  void begin_round();      // takes what waits
  void assemble_round();   // as late as a thread may come to it
  void finish_round();     // it is durable
  void fail_round();       // its sync failed: the process ends
  // The process ends in the middle: what had been handed to the disk is there, or not.
  void abandon_round(bool it_landed);

  Replica* replica() { return replica_.get(); }      // none before it was told its log
  const std::string& loss() const { return loss_; }  // found when it was opened
  bool low_on_room = false;

 private:
  void open();
  void add(Offset end, Offset committed, replication::StoredReplica stored);
  void ensure();

  VirtualDisk& disk_;
  const Symbol shard_;
  const Options options_;
  const Hands hands_;
  std::string loss_;
  mutable MemoryJournal snapshots_;   // the cache beside the log: gone with the process
  std::unique_ptr<ShardLog> log_;
  std::unique_ptr<Replica> replica_;
  log_format::Link link_;
  std::vector<HashChain::Row> links_;
  std::vector<RoundPart> waiting_, round_;
  std::optional<VirtualDisk::Batch> batch_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace tally::cluster_simulation
