#include "persistence/rocksdb_cache.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <spdlog/spdlog.h>

namespace tally {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

rocksdb::Options cache_options(const std::filesystem::path& log_directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;  // rows may vanish
  options.max_background_jobs = 2;
  options.max_open_files = 128;
  options.write_buffer_size = std::size_t{16} << 20;
  options.max_total_wal_size = std::uint64_t{64} << 20;
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = rocksdb::kLZ4Compression;
  options.db_log_dir = log_directory.string();
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = std::size_t{1} << 20;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(std::size_t{8} << 20);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// The first key that does not begin with `prefix`; empty where there is none.
std::string beyond(std::string_view prefix) {
  std::string key(prefix);
  while (!key.empty() && key.back() == '\xFF') key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(static_cast<unsigned char>(key.back()) + 1);
  return key;
}

}  // namespace

RocksDbCache::RocksDbCache(const std::filesystem::path& directory, const std::filesystem::path& log_directory) {
  const rocksdb::Options options = cache_options(log_directory);
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, directory.string(), &opened);
  if (!status.ok()) {
    spdlog::warn("the cache in {} is begun anew: {}", directory.string(), status.ToString());
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    status = rocksdb::DB::Open(options, directory.string(), &opened);
  }
  if (!status.ok()) spdlog::error("no cache in {}: {}", directory.string(), status.ToString());
  db_.reset(opened);
}

void RocksDbCache::write(std::span<const CacheRow> puts, std::span<const std::string> removals) {
  if (!db_) return;
  rocksdb::WriteBatch batch;
  for (const CacheRow& row : puts) batch.Put(slice(row.key), slice(row.value));
  for (const std::string& key : removals) batch.Delete(slice(key));
  const rocksdb::Status status = db_->Write(rocksdb::WriteOptions(), &batch);
  if (!status.ok()) spdlog::warn("{} cache rows are not kept: {}", puts.size(), status.ToString());
}

std::optional<std::string> RocksDbCache::read(std::string_view key) const {
  if (!db_) return std::nullopt;
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), slice(key), &value);
  if (status.ok()) return value;
  if (!status.IsNotFound()) spdlog::warn("a cache row cannot be read and is ignored: {}", status.ToString());
  return std::nullopt;
}

std::vector<CacheRow> RocksDbCache::read_prefix(std::string_view prefix) const {
  std::vector<CacheRow> found;
  if (!db_) return found;
  const std::string end = beyond(prefix);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  if (!end.empty()) options.iterate_upper_bound = &upper;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(options));
  for (rows->Seek(slice(prefix)); rows->Valid(); rows->Next()) found.push_back({rows->key().ToString(), rows->value().ToString()});
  if (!rows->status().ok()) spdlog::warn("cache rows cannot be read and are ignored: {}", rows->status().ToString());
  return found;
}

}  // namespace tally
