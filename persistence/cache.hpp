// Rows that may vanish: snapshots, indices. Never the truth, never synced; whoever reads one can do without it.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tally {

struct CacheRow {
  std::string key;
  std::string value;
};

class Cache {
 public:
  virtual ~Cache() = default;

  // Both or neither, as far as anything is kept at all. Never throws.
  virtual void write(std::span<const CacheRow> puts, std::span<const std::string> removals) = 0;
  virtual std::optional<std::string> read(std::string_view key) const = 0;
  virtual std::vector<CacheRow> read_prefix(std::string_view prefix) const = 0;  // ascending by key
};

class MemoryCache final : public Cache {
 public:
  void write(std::span<const CacheRow> puts, std::span<const std::string> removals) override {
    std::lock_guard lock(mutex_);
    for (const CacheRow& row : puts) rows_[row.key] = row.value;
    for (const std::string& key : removals) rows_.erase(key);
  }

  std::optional<std::string> read(std::string_view key) const override {
    std::lock_guard lock(mutex_);
    const auto it = rows_.find(key);
    return it == rows_.end() ? std::nullopt : std::optional(it->second);
  }

  std::vector<CacheRow> read_prefix(std::string_view prefix) const override {
    std::lock_guard lock(mutex_);
    std::vector<CacheRow> found;
    for (auto it = rows_.lower_bound(prefix); it != rows_.end() && it->first.starts_with(prefix); ++it)
      found.push_back({it->first, it->second});
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> rows_;
};

}  // namespace tally
