#include "persistence/rocksdb_journal.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <shared_mutex>
#include <unordered_map>

#include "persistence/atomic_file.hpp"
#include "persistence/committer.hpp"
#include "persistence/disk_reserve.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/rocksdb_cache.hpp"
#include "persistence/snapshot_rows.hpp"
#include "persistence/verify.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using log_format::Link;
using log_format::ShardNumber;

constexpr std::string_view marker_text = "tallystick journal, format 1\n";
constexpr std::size_t read_bytes_max = std::size_t{8} << 20;  // of one read()

bool holds_data(const fs::path& data) {
  if (!fs::exists(data)) return false;
  return std::any_of(fs::directory_iterator(data), fs::directory_iterator(), [](const fs::directory_entry& file) {
    return file.path().extension() == ".sst" || (file.path().extension() == ".log" && file.file_size() > 0);
  });
}

// A database that lost its CURRENT file would be begun anew without a word: so only what has no marker and no data is
// created, and what has a marker must open.
LogDatabase::Mode mode_for(const fs::path& directory) {
  const fs::path marker = directory / "JOURNAL";
  if (!fs::exists(marker)) {
    if (holds_data(directory / "data")) throw JournalError(directory.string() + " holds data, but no file JOURNAL that says what it is");
    return LogDatabase::Mode::create;
  }
  if (read_file(marker) != marker_text) throw JournalError(marker.string() + " is not a journal of a format that this build knows");
  return LogDatabase::Mode::write;
}

// Opens or creates; where a journal does not open, says which offset is the first bad one.
LogDatabase open_log(const fs::path& directory, const RocksDbOptions& options) {
  for (const char* part : {"data", "cache", "log"}) fs::create_directories(directory / part);
  const LogDatabase::Mode mode = mode_for(directory);
  try {
    return LogDatabase(directory, mode, options.write_buffer_bytes);
  } catch (const JournalError& error) {
    const std::string why = error.what();
    if (mode == LogDatabase::Mode::write && why.find("lock") == std::string::npos)
      for (const ShardReport& shard : verify(directory).shards)
        if (shard.first_bad) throw JournalDamaged(shard.name, *shard.first_bad, shard.why + "; " + why);
    throw;
  }
}

}  // namespace

struct RocksDbJournal::Parts {
  Parts(const fs::path& directory, const RocksDbOptions& its_options)
      : options(its_options),
        log(open_log(directory, options)),
        watermark(directory / "watermark"),
        reserve(directory / "data", options.disk_reserve_bytes),
        rows(directory / "cache", directory / "log"),
        committer(log, watermark, chain,
                  {options.waiting_bytes_max, options.group_bytes_max, options.spin, options.gather_max}) {
    if (!fs::exists(directory / "JOURNAL")) write_file_atomically(directory / "JOURNAL", marker_text);
    for (const auto& [number, name] : check()) recover(number, name);
    committer.on_round([this] { land_snapshots(); });
    committer.start();
  }

  std::map<ShardNumber, Symbol> check() const {
    auto directory = log.directory();
    check_directory(log, directory);
    return directory;
  }

  // Checks every row of a shard, and makes one group of what stands behind its chain's last link.
  void recover(ShardNumber number, Symbol name) {
    const Link last = log.last_link(number, name);
    LinkBuilder open_group(last);
    CommitGroup group{name, number, {}};
    const Offset end = walk_entries(log, number, name, 1, [&](Offset offset, std::string_view value, auto) {
      if (offset <= last.last) return;
      if (group.blocks.empty()) group.blocks.push_back({offset, {}, {}});
      const auto bytes = wire::bytes_of(value);
      ValueBlock& block = group.blocks.back();
      block.bytes.insert(block.bytes.end(), bytes.begin(), bytes.end());
      block.sizes.push_back(static_cast<std::uint32_t>(bytes.size()));
    });
    const Offset acknowledged = watermark.read(number);
    if (end < last.last) throw JournalDamaged(name, end + 1, "it is missing, and the hash chain reaches beyond it");
    if (end < acknowledged) {
      const std::string why = "the log ends before it, and entries up to " + std::to_string(acknowledged) + " were acknowledged";
      if (!options.accept_loss) throw JournalDamaged(name, end + 1, why);
      spdlog::warn("{}: opened with a loss: {}", name.text(), why);
      watermark.raise(number, end);
    }
    chain.begin(number, last);
    if (!group.blocks.empty()) chain.push(std::move(group));
    snapshot_rows::remove_beyond(rows, name, end);
    add(name, number, end).listed = true;
  }

  ShardLog& add(Symbol name, ShardNumber number, Offset end) {
    next_number = std::max(next_number, number + 1);
    return *shards.emplace(name, std::make_unique<ShardLog>(name, number, end)).first->second;
  }

  ShardLog* find(Symbol name) const {
    std::shared_lock lock(mutex);
    const auto it = shards.find(name);
    return it == shards.end() ? nullptr : it->second.get();
  }

  ShardLog& shard_of(Symbol name) {
    if (ShardLog* found = find(name)) return *found;
    std::unique_lock lock(mutex);
    if (const auto it = shards.find(name); it != shards.end()) return *it->second;
    if (next_number >= Watermark::shards_max) throw JournalError("more than 4096 shards in one journal");
    chain.begin(next_number, {});
    return add(name, next_number, 0);
  }

  void land_snapshots();

  const RocksDbOptions options;
  LogDatabase log;
  Watermark watermark;
  DiskReserve reserve;
  mutable RocksDbCache rows;
  HashChain chain;

  mutable std::shared_mutex mutex;
  std::unordered_map<Symbol, std::unique_ptr<ShardLog>> shards;
  ShardNumber next_number = 0;

  struct PendingSnapshot {
    Symbol shard;
    SnapshotRow row;
  };
  mutable std::mutex snapshot_mutex;
  std::vector<PendingSnapshot> pending_snapshots;  // of entries that are sequenced, not committed
  std::atomic<std::size_t> pending_count{0};

  Committer committer;  // last: its thread ends before anything it uses
};

RocksDbJournal::RocksDbJournal(fs::path directory, RocksDbOptions options)
    : parts_(std::make_unique<Parts>(directory, options)) {}
RocksDbJournal::~RocksDbJournal() = default;

void RocksDbJournal::append(Symbol name, Offset expected, std::span<const EntryPtr> entries, Commit when) {
  ShardLog& shard = parts_->shard_of(name);
  check_sequence(name, shard.end(), expected, entries);
  if (entries.empty()) {
    if (when == Commit::now) parts_->committer.hurry();
    return;
  }
  if (parts_->reserve.reached())
    for (const EntryPtr& entry : entries)
      if (entry->is_input() && !only_reports(*entry))
        throw DiskReserveReached("the disk has " + std::to_string(parts_->reserve.free_bytes() >> 20) + " MiB left, the reserve is " +
                                 std::to_string(parts_->reserve.reserve_bytes() >> 20) + " MiB: no new commands");
  ValueBlock block{expected, {}, {}};
  block.sizes.reserve(entries.size());
  for (const EntryPtr& entry : entries) {
    const std::size_t before = block.bytes.size();
    log_format::append_entry_value(name, *entry, block.bytes);
    block.sizes.push_back(static_cast<std::uint32_t>(block.bytes.size() - before));
  }
  const std::size_t bytes = block.bytes.size();
  parts_->committer.reserve(bytes);
  parts_->reserve.count(bytes);
  shard.extend(entries, bytes, parts_->options.tail_bytes);
  parts_->committer.push(shard, std::move(block), when);
}

Offset RocksDbJournal::end(Symbol name) const {
  const ShardLog* shard = parts_->find(name);
  return shard ? shard->end() : 0;
}

Offset RocksDbJournal::committed(Symbol name) const {
  const ShardLog* shard = parts_->find(name);
  return shard ? shard->committed() : 0;
}

void RocksDbJournal::on_commit(Symbol name, std::function<void(Offset)> call) {
  parts_->shard_of(name).committed_call = std::move(call);
}

void RocksDbJournal::wait_committed(Symbol name, Offset offset) {
  const ShardLog* shard = parts_->find(name);
  if (offset > end(name)) throw JournalError("waiting for an offset that was never appended");
  if (shard) parts_->committer.wait_committed(*shard, offset);
}

std::vector<EntryPtr> RocksDbJournal::read(Symbol name, Offset from, std::size_t count) const {
  std::vector<EntryPtr> entries;
  const ShardLog* shard = parts_->find(name);
  if (!shard || from == 0 || from > shard->end() || count == 0) return entries;
  const Offset tail_first = shard->read_tail(from, count, entries);
  if (!entries.empty()) return entries;
  const Offset beyond = count < tail_first - from ? from + count : tail_first;
  const log_format::Key begin = log_format::entry_key(shard->number, from);
  const log_format::Key end = log_format::entry_key(shard->number, beyond);
  std::size_t bytes = 0;
  const rocksdb::Status status = scan(parts_->log.db(), parts_->log.entries(), log_format::view(begin), log_format::view(end), 0,
                                      [&](std::string_view key, std::string_view value) {
                                        const Offset offset = from + entries.size();
                                        const auto parsed = log_format::parse_key('e', key);
                                        if (!parsed || parsed->offset != offset) throw JournalDamaged(name, offset, "it is missing");
                                        entries.push_back(log_format::read_entry_value(name, offset, value));
                                        return (bytes += value.size()) < read_bytes_max;
                                      });
  if (!status.ok()) throw JournalDamaged(name, from + entries.size(), status.ToString());
  if (entries.empty()) throw JournalDamaged(name, from, "it is missing");
  return entries;
}

Offset RocksDbJournal::offset_at(Symbol shard, Time time) const { return first_recorded_at(*this, shard, time); }

std::vector<Symbol> RocksDbJournal::shards() const {
  std::vector<Symbol> names;
  std::shared_lock lock(parts_->mutex);
  for (const auto& [name, shard] : parts_->shards)
    if (shard->end() > 0) names.push_back(name);
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

void RocksDbJournal::Parts::land_snapshots() {
  if (pending_count.load() == 0) return;
  std::lock_guard lock(snapshot_mutex);
  std::vector<PendingSnapshot> still;
  for (PendingSnapshot& pending : pending_snapshots) {
    const ShardLog* shard = find(pending.shard);
    if (!shard || shard->committed() < pending.row.offset) still.push_back(std::move(pending));
    else snapshot_rows::put(rows, pending.shard, std::span(&pending.row, 1));
  }
  pending_snapshots = std::move(still);
  pending_count = pending_snapshots.size();
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
  const ShardLog* shard = parts_->find(name);
  if (!shard) return {};
  const Link link = parts_->log.last_link(shard->number, name);
  return {link.last, link.digest};
}

std::uint64_t RocksDbJournal::syncs() const { return parts_->committer.rounds(); }
std::uint64_t RocksDbJournal::free_bytes() const { return parts_->reserve.free_bytes(); }

}  // namespace tally
