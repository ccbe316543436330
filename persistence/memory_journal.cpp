#include "persistence/memory_journal.hpp"

#include <algorithm>
#include <cstring>

#include "messages/stored.hpp"
#include "persistence/snapshot_rows.hpp"

namespace tally {
namespace {

// Append-only bytes in chunks that never move.
class Arena {
 public:
  std::span<const std::byte> keep(std::span<const std::byte> bytes) {
    if (bytes.size() > left_.size()) grow(bytes.size());
    std::memcpy(left_.data(), bytes.data(), bytes.size());
    const auto kept = left_.first(bytes.size());
    left_ = left_.subspan(bytes.size());
    return kept;
  }

 private:
  void grow(std::size_t at_least) {
    const std::size_t size = std::max<std::size_t>(at_least, std::size_t{1} << 20);
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    left_ = {chunks_.back().get(), size};
  }

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::span<std::byte> left_;
};

}  // namespace

struct MemoryJournal::Shard {
  explicit Shard(Symbol its_name) : name(its_name) {}

  const Symbol name;
  mutable std::mutex mutex;
  std::vector<EntryPtr> objects;                     // Keep::objects
  std::vector<std::span<const std::byte>> stored;    // Keep::bytes
  Arena arena;
  Bytes scratch;
  std::function<void(Offset)> committed;

  Offset end() const { return objects.size() + stored.size(); }
  void keep_bytes(const Entry& entry) {
    scratch.clear();
    store_entry(entry, scratch);
    stored.push_back(arena.keep(scratch));
  }
};

MemoryJournal::MemoryJournal(Keep keep) : keep_(keep) {}
MemoryJournal::~MemoryJournal() = default;

MemoryJournal::Shard& MemoryJournal::shard_of(Symbol name) {
  std::lock_guard lock(mutex_);
  auto& shard = shards_[name.index()];
  if (!shard) shard = std::make_unique<Shard>(name);
  return *shard;
}

const MemoryJournal::Shard* MemoryJournal::find(Symbol name) const {
  std::lock_guard lock(mutex_);
  const auto it = shards_.find(name.index());
  return it == shards_.end() ? nullptr : it->second.get();
}

void MemoryJournal::append(Symbol name, Offset expected, std::span<const EntryPtr> entries, Commit) {
  Shard& shard = shard_of(name);
  Offset end = 0;
  {
    std::lock_guard lock(shard.mutex);
    check_sequence(name, shard.end(), expected, entries);
    if (keep_ == Keep::objects) shard.objects.insert(shard.objects.end(), entries.begin(), entries.end());
    else
      for (const EntryPtr& entry : entries) shard.keep_bytes(*entry);
    end = shard.end();
  }
  if (shard.committed && !entries.empty()) shard.committed(end);
}

void MemoryJournal::append(Symbol name, const Entry& entry) {
  if (keep_ == Keep::objects) return Journal::append(name, entry);
  Shard& shard = shard_of(name);
  {
    std::lock_guard lock(shard.mutex);
    check_sequence(name, shard.end(), entry.offset, {});
    shard.keep_bytes(entry);
  }
  if (shard.committed) shard.committed(entry.offset);
}

Offset MemoryJournal::end(Symbol name) const {
  const Shard* shard = find(name);
  if (!shard) return 0;
  std::lock_guard lock(shard->mutex);
  return shard->end();
}

void MemoryJournal::on_commit(Symbol name, std::function<void(Offset)> call) { shard_of(name).committed = std::move(call); }

void MemoryJournal::wait_committed(Symbol name, Offset offset) {
  if (offset > end(name)) throw JournalError("waiting for an offset that was never appended");
}

std::vector<EntryPtr> MemoryJournal::read(Symbol name, Offset from, std::size_t count) const {
  const Shard* shard = find(name);
  std::vector<EntryPtr> entries;
  if (!shard || from == 0) return entries;
  std::lock_guard lock(shard->mutex);
  const Offset end = shard->end();
  if (from > end) return entries;
  const Offset last = std::min<Offset>(end, from - 1 + count);
  entries.reserve(last - from + 1);
  for (Offset offset = from; offset <= last; ++offset)
    entries.push_back(keep_ == Keep::objects ? shard->objects[offset - 1]
                                             : std::make_shared<const Entry>(read_entry(shard->stored[offset - 1])));
  return entries;
}

Offset MemoryJournal::offset_at(Symbol shard, Time time) const { return first_recorded_at(*this, shard, time); }

std::vector<Symbol> MemoryJournal::shards() const {
  std::vector<Symbol> names;
  std::lock_guard lock(mutex_);
  for (const auto& [index, shard] : shards_) {
    std::lock_guard inner(shard->mutex);
    if (shard->end() > 0) names.push_back(shard->name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void MemoryJournal::put_snapshots(Symbol shard, std::span<const SnapshotRow> rows) { snapshot_rows::put(cache_, shard, rows); }
std::optional<Journal::SnapshotRow> MemoryJournal::snapshot(Symbol shard, const EntityRef& entity) const {
  return snapshot_rows::newest(cache_, shard, entity);
}
std::vector<Journal::SnapshotRow> MemoryJournal::snapshots(Symbol shard) const {
  return snapshot_rows::newest_of_each(cache_, shard);
}

std::span<const std::byte> MemoryJournal::stored(Symbol name, Offset offset) const {
  const Shard* shard = find(name);
  if (keep_ != Keep::bytes || !shard) throw JournalError("no stored bytes are kept of " + std::string(name.text()));
  std::lock_guard lock(shard->mutex);
  if (offset == 0 || offset > shard->end()) throw JournalError("no entry at offset " + std::to_string(offset));
  return shard->stored[offset - 1];
}

}  // namespace tally
