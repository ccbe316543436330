// The RocksDB that holds the log: its options, its column families and bounded scans. Internal to persistence.
//
// Two column families under one WAL: entries (rows 'e'), whose ascending keys let compaction move files instead of
// rewriting them, and side (rows 'c' and 'd'), which would otherwise lie across every file.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "persistence/log_format.hpp"

namespace tally {

class LogDatabase {
 public:
  // salvage reads what is readable past damaged WAL records; for naming the damage, never for serving.
  enum class Mode { create, write, read, salvage };

  // Throws JournalError with RocksDB's words.
  LogDatabase(const std::filesystem::path& journal_directory, Mode mode, std::size_t write_buffer_bytes);
  ~LogDatabase();
  LogDatabase(const LogDatabase&) = delete;
  LogDatabase& operator=(const LogDatabase&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* entries() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* side() const { return families_[1]; }

  // Throws JournalError where a row is no directory row.
  std::map<log_format::ShardNumber, Symbol> directory() const;

  // The last link of a shard's chain; an empty one at offset 0 where there is none. Throws JournalDamaged.
  log_format::Link last_link(log_format::ShardNumber number, Symbol shard) const;

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// Visits the rows in [begin, end) until `visit(key, value)` answers false. One iterator, gone when this returns.
template <class Visit>
rocksdb::Status scan(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, std::string_view begin, std::string_view end,
                     std::size_t readahead_bytes, Visit visit) {
  rocksdb::ReadOptions options;
  const rocksdb::Slice upper(end.data(), end.size());
  options.iterate_upper_bound = &upper;
  options.total_order_seek = true;
  options.verify_checksums = true;
  options.readahead_size = readahead_bytes;
  options.fill_cache = readahead_bytes == 0;
  const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(options, family));
  for (rows->Seek({begin.data(), begin.size()}); rows->Valid(); rows->Next())
    if (!visit(rows->key().ToStringView(), rows->value().ToStringView())) break;
  return rows->status();
}

}  // namespace tally
