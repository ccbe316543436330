#include "persistence/committer.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "persistence/fatal.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

class RocksDbBatch final : public RowBatch {
 public:
  RocksDbBatch(const LogDatabase& log, rocksdb::WriteBatch& batch) : log_(log), batch_(batch) {}
  void put(Family family, std::string_view key, std::string_view value) override { batch_.Put(log_.handle(family), slice(key), slice(value)); }
  void erase(Family family, std::string_view key) override { batch_.Delete(log_.handle(family), slice(key)); }

 private:
  const LogDatabase& log_;
  rocksdb::WriteBatch& batch_;
};

void pause_a_moment() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// Eight bytes a row guard it on its way through RocksDB's memory.
rocksdb::WriteBatch protected_batch(std::size_t reserved) { return rocksdb::WriteBatch(reserved, 0, 8, 0); }

}  // namespace

Committer::Committer(LogDatabase& log, DurableMarks& entries, DurableMarks& promises, HashChain& chain, Limits limits)
    : log_(log), entries_mark_(entries), promises_mark_(promises), chain_(chain), limits_(limits) {}

Committer::~Committer() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Committer::start() {
  thread_ = std::thread([this] { run(); });
}

void Committer::check_room(std::size_t bytes) const {
  if (waiting_bytes_.load() + bytes > limits_.waiting_bytes_max)
    throw JournalError("more than " + std::to_string(limits_.waiting_bytes_max >> 20) + " MiB wait to be committed");
}

void Committer::push(ShardLog& shard, GroupWrite write, Commit when) {
  bool wake = false;
  waiting_bytes_.fetch_add(write.block->bytes.size());
  {
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) oldest_ = Clock::now();
    waiting_.push_back({&shard, std::move(write)});
    urgent_ |= when == Commit::now;
    // The first of a cascade wakes the thread too, so that it looks on when the last one comes.
    wake = asleep_ && (urgent_ || waiting_.size() == 1);
    if (wake) asleep_ = false;
    pushes_.fetch_add(1, std::memory_order_release);
  }
  if (wake) wake_.notify_one();
}

void Committer::hurry() {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.empty() || urgent_) return;
    urgent_ = true;
    wake = asleep_;
    asleep_ = false;
    pushes_.fetch_add(1, std::memory_order_release);
  }
  if (wake) wake_.notify_one();
}

void Committer::run() {
  std::vector<RoundPart> parts;
  while (take(parts)) {
    write(parts);
    release_room(parts);
    report(parts, entries_mark_, promises_mark_);
    if (round_call_) round_call_();
    parts.clear();
  }
  // The last groups' links: nothing comes after them to carry their rows.
  chain_.finish();
  auto batch = protected_batch(0);
  put_links(batch);
  if (batch.Count() > 0) sync(batch);
}

bool Committer::take(std::vector<RoundPart>& parts) {
  std::unique_lock lock(mutex_);
  while (waiting_.empty() || !ready()) {
    if (waiting_.empty() && stopping_) return false;
    if (!spin(lock)) sleep(lock);
  }
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < waiting_.size() && bytes < limits_.group_bytes_max) bytes += waiting_[count++].write.block->bytes.size();
  parts.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.begin() + static_cast<std::ptrdiff_t>(count)));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  if (waiting_.empty()) urgent_ = false;
  return true;
}

// Looks for the next push without sleeping; false where none came in time.
bool Committer::spin(std::unique_lock<std::mutex>& lock) {
  const std::uint32_t seen = pushes_.load(std::memory_order_acquire);
  lock.unlock();
  const auto until = Clock::now() + limits_.spin;
  while (pushes_.load(std::memory_order_acquire) == seen && Clock::now() < until) pause_a_moment();
  lock.lock();
  return pushes_.load(std::memory_order_acquire) != seen;
}

void Committer::sleep(std::unique_lock<std::mutex>& lock) {
  if (stopping_ || (!waiting_.empty() && ready())) return;
  asleep_ = true;
  const auto woken = [&] { return !asleep_ || stopping_; };
  if (waiting_.empty()) wake_.wait(lock, woken);
  else wake_.wait_until(lock, oldest_ + limits_.gather_max, woken);
  asleep_ = false;
}

void Committer::write(std::vector<RoundPart>& parts) {
  std::size_t bytes = 0;
  for (const RoundPart& part : parts) bytes += part.write.block->bytes.size() + 48 * part.write.block->sizes.size();
  auto batch = protected_batch(bytes + 256);
  put_links(batch);
  RocksDbBatch rows(log_, batch);
  lower_marks(parts, entries_mark_);
  add_rows(parts, rows);
  sync(batch);
}

void Committer::put_links(rocksdb::WriteBatch& batch) {
  for (const HashChain::Row& row : chain_.take_rows()) batch.Put(log_.handle(Family::side), slice(log_format::view(row.key)), row.value);
}

void Committer::sync(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = log_.db().Write(options, &batch);
  if (!status.ok()) storage_failed(status.ToString());
  rounds_.fetch_add(1, std::memory_order_relaxed);
}

void Committer::release_room(const std::vector<RoundPart>& parts) {
  std::size_t bytes = 0;
  for (const RoundPart& part : parts) bytes += part.write.block->bytes.size();
  waiting_bytes_.fetch_sub(bytes);
}

}  // namespace tally
