// The RocksDB that holds the log: its options, its column families and bounded scans. Internal to persistence.
//
// Two column families under one WAL: entries (rows 'e'), whose ascending keys let compaction move files instead of
// rewriting them, and side (rows 'c' and 'd'), which would otherwise lie across every file.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <string>

#include "persistence/log_format.hpp"
#include "persistence/log_rows.hpp"

namespace tally {

class LogDatabase final : public LogRows {
 public:
  // salvage reads what is readable past damaged WAL records; for naming the damage, never for serving.
  enum class Mode { create, write, read, salvage };

  // Throws JournalError with RocksDB's words.
  LogDatabase(const std::filesystem::path& journal_directory, Mode mode, std::size_t write_buffer_bytes);
  ~LogDatabase() override;
  LogDatabase(const LogDatabase&) = delete;
  LogDatabase& operator=(const LogDatabase&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* handle(Family family) const { return families_[static_cast<std::size_t>(family)]; }

  std::optional<std::string> get(Family family, std::string_view key) const override;
  void scan(Family family, std::string_view begin, std::string_view end, std::size_t readahead_bytes, const Visit& visit) const override;
  std::optional<Row> last(Family family, std::string_view begin, std::string_view end) const override;

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace tally
