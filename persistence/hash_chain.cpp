#include "persistence/hash_chain.hpp"

#include <utility>

namespace tally {

HashChain::HashChain() : thread_([this] { run(); }) {}
HashChain::~HashChain() { finish(); }

void HashChain::begin(log_format::ShardNumber shard, const log_format::Link& last) {
  std::lock_guard lock(mutex_);
  links_[shard] = last;
}

void HashChain::push(CommitGroup group) {
  const std::size_t bytes = group.values.size();
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return backlog_bytes_ < backlog_bytes_max; });
    backlog_bytes_ += bytes;
    groups_.push_back(std::move(group));
  }
  work_.notify_one();
}

std::vector<HashChain::Row> HashChain::take_rows() {
  std::lock_guard lock(mutex_);
  return std::exchange(rows_, {});
}

void HashChain::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void HashChain::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return finishing_ || !groups_.empty(); });
    if (groups_.empty()) return;
    const CommitGroup group = std::move(groups_.front());
    groups_.pop_front();
    const log_format::Link before = links_[group.number];
    lock.unlock();

    LinkBuilder builder(before);
    builder.add(group.values, group.entries);
    const log_format::Link link = builder.finish();
    Row row{log_format::chain_key(group.number, link.last), log_format::link_value(group.shard, link)};

    lock.lock();
    links_[group.number] = link;
    rows_.push_back(std::move(row));
    backlog_bytes_ -= group.values.size();
    room_.notify_one();
  }
}

}  // namespace tally
