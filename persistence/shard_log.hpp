// What the RocksDB journal holds of one shard in memory: its ends, and its newest entries as objects. Internal.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

#include "persistence/log_format.hpp"

namespace tally {

class ShardLog {
 public:
  ShardLog(Symbol its_name, log_format::ShardNumber its_number, Offset end)
      : name(its_name), number(its_number), end_(end), committed_(end), tail_first_(end + 1) {}

  const Symbol name;
  const log_format::ShardNumber number;
  bool listed = false;                         // its directory row is written; the committer's own
  std::function<void(Offset)> committed_call;  // set before the first append

  Offset end() const { return end_.load(std::memory_order_acquire); }
  Offset committed() const { return committed_.load(); }
  void set_committed(Offset offset) { committed_.store(offset); }

  // Takes sequenced entries of `bytes` in all, and lets go of committed ones beyond `keep_bytes`.
  void extend(std::span<const EntryPtr> entries, std::size_t bytes, std::size_t keep_bytes) {
    std::lock_guard lock(mutex_);
    const std::size_t each = bytes / entries.size();
    for (const EntryPtr& entry : entries) tail_.push_back({entry, each});
    tail_bytes_ += each * entries.size();
    end_.store(end() + entries.size(), std::memory_order_release);
    while (tail_bytes_ > keep_bytes && tail_first_ <= committed()) {
      tail_bytes_ -= tail_.front().bytes;
      tail_.pop_front();
      ++tail_first_;
    }
  }

  // Copies what of [from, from + count) is in memory; answers where the tail begins.
  Offset read_tail(Offset from, std::size_t count, std::vector<EntryPtr>& out) const {
    std::lock_guard lock(mutex_);
    for (Offset offset = from; offset >= tail_first_ && offset <= end() && count > 0; ++offset, --count)
      out.push_back(tail_[offset - tail_first_].entry);
    return tail_first_;
  }

 private:
  struct Kept {
    EntryPtr entry;
    std::size_t bytes;
  };

  std::atomic<Offset> end_;
  std::atomic<Offset> committed_;
  mutable std::mutex mutex_;
  std::deque<Kept> tail_;
  Offset tail_first_;
  std::size_t tail_bytes_ = 0;
};

}  // namespace tally
