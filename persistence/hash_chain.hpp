// The hash chain over commit groups: link(g) = SHA-256(link(g-1), values of the group's entries in order).
//
// A thread of its own computes a group's link while the next group syncs; the finished row is written with a later
// batch. What has no row yet after a crash becomes one group when the journal is opened.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "persistence/log_format.hpp"

namespace tally {

// Consecutive entries of one shard that were committed at once.
struct CommitGroup {
  Symbol shard;
  log_format::ShardNumber number = 0;
  Bytes values;              // one behind the other
  std::size_t entries = 0;
};

class HashChain {
 public:
  struct Row {
    log_format::Key key;
    std::string value;
  };

  static constexpr std::size_t backlog_bytes_max = std::size_t{64} << 20;

  HashChain();
  ~HashChain();

  // Where a shard's chain stands. Before its first group.
  void begin(log_format::ShardNumber shard, const log_format::Link& last);
  // Waits only while backlog_bytes_max wait already.
  void push(CommitGroup group);
  // The rows finished since the last call, in order.
  std::vector<Row> take_rows();
  // Ends the thread after everything pushed is hashed.
  void finish();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<CommitGroup> groups_;
  std::size_t backlog_bytes_ = 0;
  std::vector<Row> rows_;
  std::map<log_format::ShardNumber, log_format::Link> links_;
  bool finishing_ = false;
  std::thread thread_;
};

// The link that follows `before` over `values`, entry by entry.
class LinkBuilder {
 public:
  explicit LinkBuilder(const log_format::Link& before) : link_{before.last + 1, before.last, {}} { sum_.update(before.digest); }
  void add(std::span<const std::byte> values, std::size_t entries) {
    sum_.update(values);
    link_.last += entries;
  }
  log_format::Link finish() {
    link_.digest = sum_.finish();
    return link_;
  }
  bool empty() const { return link_.last < link_.first; }

 private:
  Sha256 sum_;
  log_format::Link link_;
};

}  // namespace tally
