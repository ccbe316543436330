// The durable journal: one RocksDB per node for all its shards. Format: docs/formats/journal.md.
//
//   <directory>/JOURNAL     says that this is a journal, and its format
//   <directory>/data/       the log, synced
//   <directory>/cache/      snapshots and indices, unsynced; may be deleted
//   <directory>/log/        RocksDB's own messages, bounded
//   <directory>/watermark   what was acknowledged, beside the log
//
// Opening checks every row: offsets dense to the end, checksums, the end not before the watermark. Where something does
// not fit it throws JournalDamaged with the first bad offset and changes nothing. A torn tail that was never
// acknowledged is cut off by RocksDB.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "persistence/journal.hpp"
#include "persistence/sha256.hpp"

namespace tally {

struct RocksDbOptions {
  std::uint64_t disk_reserve_bytes = std::uint64_t{512} << 20;  // new commands are refused below
  std::size_t waiting_bytes_max = std::size_t{256} << 20;       // appended, not yet committed; then append throws
  std::size_t group_bytes_max = std::size_t{8} << 20;           // of one synced batch
  std::size_t tail_bytes = std::size_t{4} << 20;                // newest committed entries kept as objects, a shard
  std::size_t write_buffer_bytes = std::size_t{64} << 20;       // of RocksDB; three at most
  std::chrono::microseconds spin{20};
  std::chrono::microseconds gather_max{500};                    // the longest that Commit::soon waits
  bool accept_loss = false;  // open even where the log ends before its watermark (an operator's word)
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

  // The newest link of the shard's hash chain that is stored, and the offset it reaches to. Lags behind committed().
  struct ChainHead {
    Offset offset = 0;
    Digest link{};
  };
  ChainHead chain_head(Symbol shard) const;

  std::uint64_t syncs() const;       // synced batches since it was opened
  std::uint64_t free_bytes() const;  // of the disk, as last asked

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tally
