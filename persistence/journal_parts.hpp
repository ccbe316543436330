// What a RocksDB journal is made of: its log, the replicas of its shards, and the threads that write and tick. Internal.
#pragma once

#include <algorithm>
#include <shared_mutex>
#include <thread>
#include <unordered_map>

#include "persistence/committer.hpp"
#include "persistence/disk_reserve.hpp"
#include "persistence/rocksdb_cache.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/watermark.hpp"

namespace tally {

struct RocksDbJournal::Parts {
  struct Shard {
    explicit Shard(Symbol name, log_format::ShardNumber number, Offset end, Offset committed, std::size_t keep_bytes)
        : log(name, number, end, committed, keep_bytes) {}
    ShardLog log;
    std::unique_ptr<replication::Replica> replica;
  };

  Parts(const std::filesystem::path& directory, const RocksDbOptions& its_options);
  ~Parts();

  bool alone() const { return options.replication.transport == nullptr; }

  void recover(log_format::ShardNumber number, Symbol name);
  Shard& add(Symbol name, log_format::ShardNumber number, Offset end, replication::StoredReplica stored);

  Shard* find(Symbol name) const {
    std::shared_lock lock(mutex);
    const auto it = shards.find(name);
    return it == shards.end() ? nullptr : it->second.get();
  }

  // Where there is none: of this node's founding, or one that will be told by its leader.
  Shard& shard_of(Symbol name, bool founds);
  struct Founding {
    consensus::Generation generation;
    std::vector<consensus::Member> members;
  };
  // The same; without a founding its log is told by its leader.
  Shard& begin(Symbol name, std::optional<Founding> founding);

  Shard& existing(Symbol name) const {
    if (Shard* shard = find(name)) return *shard;
    throw JournalError("there is no shard " + std::string(name.text()) + " here");
  }

  template <class Visit>
  void each(Visit visit) const {
    std::vector<Shard*> all;
    {
      std::shared_lock lock(mutex);
      for (const auto& [name, shard] : shards) all.push_back(shard.get());
    }
    std::sort(all.begin(), all.end(), [](const Shard* a, const Shard* b) { return a->log.name < b->log.name; });
    for (Shard* shard : all) visit(*shard);
  }

  void connect();
  void received(replication::NodeId from, replication::Lane lane, replication::Frame bytes);
  void tick_until_stopped();
  void stop_ticking();
  void land_snapshots();

  const RocksDbOptions options;
  LogDatabase log;
  Watermark watermark;
  Watermark promises;
  DiskReserve reserve;
  mutable RocksDbCache rows;
  HashChain chain;
  replication::NodeId self = consensus::nobody;

  mutable std::shared_mutex mutex;
  std::unordered_map<Symbol, std::unique_ptr<Shard>> shards;
  log_format::ShardNumber next_number = 0;

  struct PendingSnapshot {
    Symbol shard;
    SnapshotRow row;
  };
  mutable std::mutex snapshot_mutex;
  std::vector<PendingSnapshot> pending_snapshots;  // of entries that are sequenced, not committed
  std::atomic<std::size_t> pending_count{0};

  std::mutex ticking_mutex;
  std::condition_variable ticking_ends;
  bool ticking = false;
  std::thread ticker;

  Committer committer;  // last: its thread ends before anything it uses
};

}  // namespace tally
