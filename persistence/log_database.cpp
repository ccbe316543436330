#include "persistence/log_database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "persistence/fatal.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;

// A flush or compaction that fails is as final as a failed write.
class FailureListener : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (status->IsShutdownInProgress()) return;  // closing interrupts a flush; the WAL has its rows
    storage_failed(status->ToString());
  }
};

rocksdb::DBOptions database_options(const fs::path& directory, LogDatabase::Mode mode, std::size_t write_buffer_bytes) {
  rocksdb::DBOptions options;
  options.create_if_missing = mode == LogDatabase::Mode::create;
  options.create_missing_column_families = mode == LogDatabase::Mode::create || mode == LogDatabase::Mode::write;
  options.paranoid_checks = true;
  // The default mode drops synced writes behind a flipped bit in silence; this one refuses to open.
  options.wal_recovery_mode = mode == LogDatabase::Mode::salvage ? rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords
                                                                 : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = mode != LogDatabase::Mode::salvage;
  options.verify_sst_unique_id_in_manifest = true;
  options.flush_verify_memtable_count = true;
  options.atomic_flush = true;                     // both families together, so that no WAL is kept for the small one
  options.allow_concurrent_memtable_write = false;  // one thread writes
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.max_total_wal_size = 4 * write_buffer_bytes;
  options.bytes_per_sync = std::uint64_t{1} << 20;
  options.db_log_dir = (directory / "log").string();
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = std::size_t{4} << 20;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  if (mode == LogDatabase::Mode::create || mode == LogDatabase::Mode::write)
    options.listeners.push_back(std::make_shared<FailureListener>());
  return options;
}

rocksdb::ColumnFamilyOptions family_options(std::size_t write_buffer_bytes, const std::shared_ptr<rocksdb::Cache>& blocks) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = 3;
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  options.paranoid_file_checks = true;
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(5));  // rows ascend within a shard
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 64 << 10;  // read by ranges; a row is often several KiB
  table.block_cache = blocks;
  table.format_version = 5;
  table.verify_compression = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

LogDatabase::LogDatabase(const fs::path& directory, Mode mode, std::size_t write_buffer_bytes) {
  const std::string data = (directory / "data").string();
  const auto blocks = rocksdb::NewLRUCache(std::size_t{32} << 20);
  const rocksdb::DBOptions options = database_options(directory, mode, write_buffer_bytes);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, family_options(write_buffer_bytes, blocks)},
      {"side", family_options(write_buffer_bytes / 8, blocks)},
  };
  rocksdb::DB* opened = nullptr;
  const bool reading = mode == Mode::read || mode == Mode::salvage;
  const rocksdb::Status status = reading ? rocksdb::DB::OpenForReadOnly(options, data, families, &families_, &opened)
                                         : rocksdb::DB::Open(options, data, families, &families_, &opened);
  if (!status.ok()) throw JournalError("cannot open the journal in " + directory.string() + ": " + status.ToString());
  db_.reset(opened);
}

LogDatabase::~LogDatabase() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
}

std::map<log_format::ShardNumber, Symbol> LogDatabase::directory() const {
  std::map<log_format::ShardNumber, Symbol> names;
  const rocksdb::Status status = scan(*db_, side(), "d", "e", 0, [&](std::string_view key, std::string_view value) {
    if (value.size() != sizeof(log_format::ShardNumber)) throw JournalError("a row of the journal's directory is damaged");
    names[wire::read_be<log_format::ShardNumber>(value.data())] = Symbol(key.substr(1));
    return true;
  });
  if (!status.ok()) throw JournalError("the journal's directory cannot be read: " + status.ToString());
  return names;
}

log_format::Link LogDatabase::last_link(log_format::ShardNumber number, Symbol shard) const {
  const log_format::Key first = log_format::chain_key(number, 0);
  const log_format::Key beyond = log_format::chain_key(number + 1, 0);
  rocksdb::ReadOptions options;
  const rocksdb::Slice lower(first.data(), first.size());
  const rocksdb::Slice upper(beyond.data(), beyond.size());
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(options, side()));
  rows->SeekToLast();
  if (!rows->status().ok()) throw JournalError("the journal's chain cannot be read: " + rows->status().ToString());
  if (!rows->Valid()) return {};
  const auto key = log_format::parse_key('c', rows->key().ToStringView());
  const auto link = key ? log_format::parse_link(shard, key->offset, rows->value().ToStringView()) : std::nullopt;
  if (!link) throw JournalDamaged(shard, key ? key->offset : 1, "its link of the hash chain is damaged");
  return *link;
}

}  // namespace tally
