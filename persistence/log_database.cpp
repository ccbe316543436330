#include "persistence/log_database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "persistence/fatal.hpp"

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

std::optional<std::string> LogDatabase::get(Family family, std::string_view key) const {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  std::string value;
  const rocksdb::Status status = db_->Get(options, handle(family), {key.data(), key.size()}, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) throw RowsUnreadable(status.ToString());
  return value;
}

// One iterator, gone when this returns.
void LogDatabase::scan(Family family, std::string_view begin, std::string_view end, std::size_t readahead_bytes, const Visit& visit) const {
  rocksdb::ReadOptions options;
  const rocksdb::Slice upper(end.data(), end.size());
  options.iterate_upper_bound = &upper;
  options.total_order_seek = true;
  options.verify_checksums = true;
  options.readahead_size = readahead_bytes;
  options.fill_cache = readahead_bytes == 0;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(options, handle(family)));
  for (rows->Seek({begin.data(), begin.size()}); rows->Valid(); rows->Next())
    if (!visit(rows->key().ToStringView(), rows->value().ToStringView())) break;
  if (!rows->status().ok()) throw RowsUnreadable(rows->status().ToString());
}

std::optional<LogRows::Row> LogDatabase::last(Family family, std::string_view begin, std::string_view end) const {
  rocksdb::ReadOptions options;
  const rocksdb::Slice lower(begin.data(), begin.size());
  const rocksdb::Slice upper(end.data(), end.size());
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  options.total_order_seek = true;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(options, handle(family)));
  rows->SeekToLast();
  if (!rows->status().ok()) throw RowsUnreadable(rows->status().ToString());
  if (!rows->Valid()) return std::nullopt;
  return Row{rows->key().ToString(), rows->value().ToString()};
}

}  // namespace tally
