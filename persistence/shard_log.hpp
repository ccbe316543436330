// What the RocksDB journal holds of one shard in memory: its ends, and its newest entries as objects. Internal.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

#include "messages/assert.hpp"
#include "persistence/log_format.hpp"

namespace tally {

class ShardLog {
 public:
  ShardLog(Symbol its_name, log_format::ShardNumber its_number, Offset end, Offset committed, std::size_t keep_bytes)
      : name(its_name), number(its_number), end_(end), committed_(committed), keep_bytes_(keep_bytes), tail_first_(end + 1) {}

  const Symbol name;
  const log_format::ShardNumber number;
  std::function<void(Offset)> committed_call;        // set before the first append
  std::function<void(std::uint64_t)> durable_call;   // with a write's ticket

  Offset end() const { return end_.load(std::memory_order_acquire); }
  Offset committed() const { return committed_.load(); }
  void set_committed(Offset offset) { committed_.store(offset); }

  // Takes a sequenced entry of `bytes`, and lets go of committed ones beyond what is kept.
  void extend(EntryPtr entry, std::size_t bytes) {
    std::lock_guard lock(mutex_);
    tail_.push_back({std::move(entry), bytes});
    tail_bytes_ += bytes;
    end_.store(end() + 1, std::memory_order_release);
    while (tail_bytes_ > keep_bytes_ && tail_first_ <= committed()) {
      tail_bytes_ -= tail_.front().bytes;
      tail_.pop_front();
      ++tail_first_;
    }
  }

  // Forgets what was sequenced from `offset` on and never committed: another node led, and its entries stand there.
  void truncate_from(Offset offset) {
    std::lock_guard lock(mutex_);
    TALLY_ASSERT(offset > committed());
    for (; end() >= offset; end_.store(end() - 1, std::memory_order_release)) {
      if (end() < tail_first_) {  // it was read from disk
        tail_first_ = end();
        continue;
      }
      tail_bytes_ -= tail_.back().bytes;
      tail_.pop_back();
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
  const std::size_t keep_bytes_;
  mutable std::mutex mutex_;
  std::deque<Kept> tail_;
  Offset tail_first_;
  std::size_t tail_bytes_ = 0;
};

}  // namespace tally
