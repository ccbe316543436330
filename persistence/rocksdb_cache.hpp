// Cache rows in a RocksDB of their own, apart from the log: never synced, and thrown away when damaged.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>

#include "persistence/cache.hpp"

namespace tally {

class RocksDbCache final : public Cache {
 public:
  // A database that cannot be opened is removed and begun anew, with a log line; where that fails too the cache holds
  // nothing, and the journal works without it.
  RocksDbCache(const std::filesystem::path& directory, const std::filesystem::path& log_directory);

  void write(std::span<const CacheRow> puts, std::span<const std::string> removals) override;
  std::optional<std::string> read(std::string_view key) const override;
  std::vector<CacheRow> read_prefix(std::string_view prefix) const override;

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace tally
