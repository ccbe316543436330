#include "persistence/rocksdb_journal.hpp"

#include <map>

#include "messages/stored.hpp"
#include "persistence/journal_parts.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/snapshot_rows.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using log_format::Link;
using replication::Replica;

constexpr std::size_t read_bytes_max = std::size_t{8} << 20;  // of one read()

}  // namespace

RocksDbJournal::RocksDbJournal(fs::path directory, RocksDbOptions options)
    : parts_(std::make_unique<Parts>(directory, options)) {}
RocksDbJournal::~RocksDbJournal() = default;

replication::NodeId RocksDbJournal::self() const { return parts_->self; }
bool RocksDbJournal::replicated() const { return !parts_->alone(); }
void RocksDbJournal::found(Symbol shard) { parts_->shard_of(shard, true); }
void RocksDbJournal::found(Symbol shard, consensus::Generation generation, std::vector<consensus::Member> members) {
  parts_->begin(shard, Parts::Founding{generation, std::move(members)});
}
bool RocksDbJournal::may_act(Symbol shard) const { return parts_->existing(shard).replica->may_act(); }
consensus::Refusal RocksDbJournal::transfer(Symbol shard, replication::NodeId target, bool effects_stopped) {
  return parts_->existing(shard).replica->transfer(target, effects_stopped);
}
consensus::Refusal RocksDbJournal::change(Symbol shard, const consensus::Change& change) {
  return parts_->existing(shard).replica->change(change);
}
void RocksDbJournal::resign(Symbol shard, const char* why) { parts_->existing(shard).replica->resign(why); }

std::vector<replication::ReplicaStatus> RocksDbJournal::replicas() const {
  std::vector<replication::ReplicaStatus> all;
  parts_->each([&](Parts::Shard& shard) { all.push_back(shard.replica->status()); });
  return all;
}

std::optional<replication::ReplicaStatus> RocksDbJournal::replica(Symbol shard) const {
  const auto* found = parts_->find(shard);
  return found ? std::optional(found->replica->status()) : std::nullopt;
}

// ---- writing and reading ----

void RocksDbJournal::append(Symbol name, Offset expected, std::span<const EntryPtr> entries, Commit when) {
  Replica& replica = *parts_->shard_of(name, parts_->alone()).replica;
  if (entries.empty()) {
    replica.append(expected, entries, {}, when);
    if (when == Commit::now) parts_->committer.hurry();
    return;
  }
  if (parts_->reserve.reached())
    for (const EntryPtr& entry : entries)
      if (entry->is_input() && !only_reports(*entry))
        throw DiskReserveReached("the disk has " + std::to_string(parts_->reserve.free_bytes() >> 20) + " MiB left, the reserve is " +
                                 std::to_string(parts_->reserve.reserve_bytes() >> 20) + " MiB: no new commands");
  std::vector<consensus::Payload> payloads;
  payloads.reserve(entries.size());
  std::size_t bytes = 0;
  for (const EntryPtr& entry : entries) {
    auto stored = std::make_shared<Bytes>();
    store_entry(*entry, *stored);
    bytes += stored->size();
    payloads.push_back(std::move(stored));
  }
  parts_->committer.check_room(bytes);
  replica.append(expected, entries, payloads, when);
  parts_->reserve.count(bytes);
}

std::uint64_t RocksDbJournal::take_over(Symbol name) { return parts_->shard_of(name, parts_->alone()).replica->take_over(); }

Offset RocksDbJournal::end(Symbol name) const {
  const auto* shard = parts_->find(name);
  return shard ? shard->log.end() : 0;
}

Offset RocksDbJournal::committed(Symbol name) const {
  const auto* shard = parts_->find(name);
  return shard ? shard->log.committed() : 0;
}

void RocksDbJournal::on_commit(Symbol name, std::function<void(Offset)> call) {
  parts_->shard_of(name, parts_->alone()).log.committed_call = std::move(call);
}

void RocksDbJournal::wait_committed(Symbol name, Offset offset) {
  if (offset > end(name)) throw JournalError("waiting for an offset that was never appended");
  if (auto* shard = parts_->find(name)) shard->replica->wait_committed(offset);
}

std::vector<EntryPtr> RocksDbJournal::read(Symbol name, Offset from, std::size_t count) const {
  std::vector<EntryPtr> entries;
  const auto* found = parts_->find(name);
  const ShardLog* shard = found ? &found->log : nullptr;
  if (!shard || from == 0 || from > shard->end() || count == 0) return entries;
  const Offset tail_first = shard->read_tail(from, count, entries);
  if (!entries.empty()) return entries;
  const Offset beyond = count < tail_first - from ? from + count : tail_first;
  return read_entries(parts_->log, shard->number, name, from, beyond, read_bytes_max);
}

Offset RocksDbJournal::offset_at(Symbol shard, Time time) const { return first_recorded_at(*this, shard, time); }

std::vector<Symbol> RocksDbJournal::shards() const {
  std::vector<Symbol> names;
  std::shared_lock lock(parts_->mutex);
  for (const auto& [name, shard] : parts_->shards)
    if (shard->log.end() > 0) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

bool RocksDbJournal::accepts_commands() const { return !parts_->reserve.reached(); }

// ---- snapshots ----

void RocksDbJournal::put_snapshots(Symbol name, std::span<const SnapshotRow> rows) {
  const Offset committed_now = committed(name);
  std::vector<SnapshotRow> landed;
  {
    std::lock_guard lock(parts_->snapshot_mutex);
    for (const SnapshotRow& row : rows) {
      if (row.offset <= committed_now) landed.push_back(row);
      else parts_->pending_snapshots.push_back({name, row});
    }
    parts_->pending_count = parts_->pending_snapshots.size();
  }
  if (!landed.empty()) snapshot_rows::put(parts_->rows, name, landed);
  // The commit may have come between the two.
  if (landed.size() < rows.size()) parts_->land_snapshots();
}

std::optional<Journal::SnapshotRow> RocksDbJournal::snapshot(Symbol name, const EntityRef& entity) const {
  std::lock_guard lock(parts_->snapshot_mutex);
  auto newest = snapshot_rows::newest(parts_->rows, name, entity);
  for (const auto& [shard, row] : parts_->pending_snapshots)
    if (shard == name && row.entity == entity && (!newest || newest->offset <= row.offset)) newest = row;
  return newest;
}

std::vector<Journal::SnapshotRow> RocksDbJournal::snapshots(Symbol name) const {
  std::lock_guard lock(parts_->snapshot_mutex);
  std::map<EntityRef, SnapshotRow> newest;
  for (SnapshotRow& row : snapshot_rows::newest_of_each(parts_->rows, name)) newest[row.entity] = std::move(row);
  for (const auto& [shard, row] : parts_->pending_snapshots) {
    if (shard != name) continue;
    if (auto& known = newest[row.entity]; known.offset <= row.offset) known = row;
  }
  std::vector<SnapshotRow> rows;
  for (auto& [entity, row] : newest) rows.push_back(std::move(row));
  return rows;
}

Cache& RocksDbJournal::cache() const { return parts_->rows; }

RocksDbJournal::ChainHead RocksDbJournal::chain_head(Symbol name) const {
  const auto* shard = parts_->find(name);
  if (!shard) return {};
  const Link link = last_link(parts_->log, shard->log.number, name);
  return {link.last, link.digest};
}

std::uint64_t RocksDbJournal::syncs() const { return parts_->committer.rounds(); }
std::uint64_t RocksDbJournal::free_bytes() const { return parts_->reserve.free_bytes(); }
bool RocksDbJournal::has_room_to_lead() const {
  return !parts_->reserve.reached() && free_bytes() >= parts_->reserve.reserve_bytes() + parts_->reserve.reserve_bytes() / 4;
}

}  // namespace tally
