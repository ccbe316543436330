// The journal in memory: committed at once, gone with the process. For backtests, simulation and tests.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "persistence/journal.hpp"

namespace tally {

class MemoryJournal final : public Journal {
 public:
  // objects: entries are shared with whoever appended them; nothing is copied. bytes: entries are kept as stored
  // bytes in an arena and decoded on reading; a backtest of millions of entries then holds no object per entry.
  enum class Keep { objects, bytes };

  explicit MemoryJournal(Keep keep = Keep::objects);
  ~MemoryJournal() override;

  using Journal::append;
  void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries, Commit when) override;
  void append(Symbol shard, const Entry& entry) override;

  Offset end(Symbol shard) const override;
  Offset committed(Symbol shard) const override { return end(shard); }
  void on_commit(Symbol shard, std::function<void(Offset)> call) override;
  void wait_committed(Symbol shard, Offset offset) override;
  std::vector<EntryPtr> read(Symbol shard, Offset from, std::size_t count) const override;
  Offset offset_at(Symbol shard, Time time) const override;
  std::vector<Symbol> shards() const override;

  void put_snapshots(Symbol shard, std::span<const SnapshotRow> rows) override;
  std::optional<SnapshotRow> snapshot(Symbol shard, const EntityRef& entity) const override;
  std::vector<SnapshotRow> snapshots(Symbol shard) const override;
  Cache& cache() const override { return cache_; }

  // The stored bytes of one entry of a journal that keeps bytes; valid as long as the journal.
  std::span<const std::byte> stored(Symbol shard, Offset offset) const;

 private:
  struct Shard;
  Shard& shard_of(Symbol name);
  const Shard* find(Symbol name) const;

  Keep keep_;
  mutable std::mutex mutex_;  // of the map; a shard's own is in it
  std::map<std::uint32_t, std::unique_ptr<Shard>> shards_;  // by the name's index
  mutable MemoryCache cache_;
};

}  // namespace tally
