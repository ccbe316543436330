// The one thread that writes the log: whatever waits, of all shards, goes into one synced batch (write_round.hpp). Internal.
//
// Hand-over: the thread looks at its queue for a short while before it sleeps, if it was busy just now, because waking
// a sleeping thread costs a good part of a sync on a fast disk; figures in docs/decisions/0010-group-commit.md.
#pragma once

#include <rocksdb/write_batch.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "persistence/hash_chain.hpp"
#include "persistence/log_database.hpp"
#include "persistence/write_round.hpp"

namespace tally {

class Committer {
 public:
  struct Limits {
    std::size_t waiting_bytes_max;           // appended and not yet committed
    std::size_t group_bytes_max;             // of one synced batch
    std::chrono::microseconds spin;          // looking before sleeping
    std::chrono::microseconds gather_max;    // the longest that a Commit::soon waits for a Commit::now
  };

  // `entries` and `promises`: the second records of what is durable.
  Committer(LogDatabase& log, DurableMarks& entries, DurableMarks& promises, HashChain& chain, Limits limits);
  ~Committer();  // commits what waits

  // Throws JournalError where `bytes` more would exceed waiting_bytes_max.
  void check_room(std::size_t bytes) const;
  void push(ShardLog& shard, GroupWrite write, Commit when);
  // What was pushed `soon` is all there is: begin.
  void hurry();

  // Called after every round, from the committer's thread.
  void on_round(std::function<void()> call) { round_call_ = std::move(call); }
  void start();

  std::uint64_t rounds() const { return rounds_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  bool take(std::vector<RoundPart>& parts);
  bool ready() const { return urgent_ || stopping_ || Clock::now() >= oldest_ + limits_.gather_max; }
  bool spin(std::unique_lock<std::mutex>& lock);
  void sleep(std::unique_lock<std::mutex>& lock);
  void write(std::vector<RoundPart>& parts);
  void put_links(rocksdb::WriteBatch& batch);
  void sync(rocksdb::WriteBatch& batch);
  void release_room(const std::vector<RoundPart>& parts);

  LogDatabase& log_;
  DurableMarks& entries_mark_;
  DurableMarks& promises_mark_;
  HashChain& chain_;
  const Limits limits_;
  std::function<void()> round_call_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<RoundPart> waiting_;
  Clock::time_point oldest_;
  bool urgent_ = false;     // someone waits for a sync
  bool asleep_ = false;
  bool stopping_ = false;
  std::atomic<std::uint32_t> pushes_{0};
  std::atomic<std::size_t> waiting_bytes_{0};
  std::atomic<std::uint64_t> rounds_{0};

  std::thread thread_;
};

}  // namespace tally
