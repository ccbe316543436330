// Keeps room on the disk for what is under way: new commands are refused before the database hits the wall.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "messages/entry.hpp"

namespace tally {

class DiskReserve {
 public:
  static constexpr std::int64_t refresh_ns = 100 * ns_per_ms;
  static constexpr std::uint64_t refresh_bytes = std::uint64_t{16} << 20;

  DiskReserve(std::filesystem::path where, std::uint64_t reserve_bytes);

  // Asks the file system at most every 100 ms or 16 MiB of appended bytes. Any thread.
  bool reached() const;
  void count(std::uint64_t appended_bytes) { since_refresh_.fetch_add(appended_bytes, std::memory_order_relaxed); }

  std::uint64_t free_bytes() const { return free_.load(std::memory_order_relaxed); }
  std::uint64_t reserve_bytes() const { return reserve_; }

 private:
  std::filesystem::path where_;
  std::uint64_t reserve_;
  mutable std::atomic<std::uint64_t> free_{0};
  mutable std::atomic<std::uint64_t> since_refresh_{0};
  mutable std::atomic<std::int64_t> refreshed_at_;
};

// True for an outside input that only reports on what is under way (venue reports, deadlines, starts, an operator's
// word on a stopped entity). These are taken even below the reserve: refusing a fill would falsify the books.
bool only_reports(const Entry& entry);

}  // namespace tally
