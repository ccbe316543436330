#include "persistence/rocksdb_journal.hpp"

#include <spdlog/spdlog.h>
#include <time.h>

#include <algorithm>
#include <shared_mutex>
#include <thread>
#include <unordered_map>

#include "messages/stored.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/committer.hpp"
#include "persistence/disk_reserve.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/stored_group.hpp"
#include "persistence/rocksdb_cache.hpp"
#include "persistence/snapshot_rows.hpp"
#include "persistence/verify.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using log_format::Link;
using log_format::ShardNumber;
using replication::Replica;
using replication::StoredReplica;

constexpr std::string_view marker_text = "tallystick journal, format 2\n";
constexpr std::size_t read_bytes_max = std::size_t{8} << 20;  // of one read()

consensus::Clocks machine_clocks() {
  const auto read = [](clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return consensus::Nanoseconds{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  };
  return {read(CLOCK_BOOTTIME), read(CLOCK_MONOTONIC)};
}

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
  struct Shard {
    explicit Shard(Symbol name, ShardNumber number, Offset end, Offset committed, std::size_t keep_bytes)
        : log(name, number, end, committed, keep_bytes) {}
    ShardLog log;
    std::unique_ptr<Replica> replica;
  };

  Parts(const fs::path& directory, const RocksDbOptions& its_options)
      : options(its_options),
        log(open_log(directory, options)),
        watermark(directory / "watermark"),
        promises(directory / "promises"),
        reserve(directory / "data", options.disk_reserve_bytes),
        rows(directory / "cache", directory / "log"),
        committer(log, watermark, promises, chain,
                  {options.waiting_bytes_max, options.group_bytes_max, options.spin, options.gather_max}) {
    if (!fs::exists(directory / "JOURNAL")) write_file_atomically(directory / "JOURNAL", marker_text);
    self = replication::node_identity(directory);
    for (const auto& [number, name] : check()) recover(number, name);
    committer.on_round([this] { land_snapshots(); });
    committer.start();
    if (!alone()) connect();
  }
  ~Parts() {
    if (alone()) return;
    options.replication.transport->stop();  // from here on nobody comes in
    stop_ticking();
    each([](Shard& shard) { shard.replica->note_commit(); });
  }

  bool alone() const { return options.replication.transport == nullptr; }

  std::map<ShardNumber, Symbol> check() const {
    auto directory = log.directory();
    check_directory(log, directory);
    return directory;
  }

  void recover(ShardNumber number, Symbol name);
  Shard& add(Symbol name, ShardNumber number, Offset end, StoredReplica stored);

  Shard* find(Symbol name) const {
    std::shared_lock lock(mutex);
    const auto it = shards.find(name);
    return it == shards.end() ? nullptr : it->second.get();
  }

  // Where there is none: of this node's founding, or one that will be told by its leader.
  Shard& shard_of(Symbol name, bool founds) {
    if (Shard* found = find(name)) return *found;
    std::unique_lock lock(mutex);
    if (const auto it = shards.find(name); it != shards.end()) return *it->second;
    if (next_number >= Watermark::shards_max) throw JournalError("more than 4096 shards in one journal");
    StoredReplica stored;
    stored.fresh = true;
    if (founds) {
      const consensus::Generation generation = replication::fresh_generation();
      stored.founding = consensus::founding(generation, {{self, consensus::Duty::voter}});
      stored.stored.base = *stored.founding;
      stored.stored.hard_state.generation = generation;
    }
    chain.begin(next_number, {});
    return add(name, next_number, 0, std::move(stored));
  }

  Shard& existing(Symbol name) const {
    if (Shard* shard = find(name)) return *shard;
    throw JournalError("there is no shard " + std::string(name.text()) + " here");
  }

  template <class Visit>
  void each(Visit visit) const {
    std::vector<Shard*> all;
    {
      std::shared_lock lock(mutex);
      for (const auto& [name, shard] : shards) all.push_back(shard.get());
    }
    std::sort(all.begin(), all.end(), [](const Shard* a, const Shard* b) { return a->log.name < b->log.name; });
    for (Shard* shard : all) visit(*shard);
  }

  void connect();
  void received(replication::NodeId from, replication::Lane lane, replication::Frame bytes);
  void tick_until_stopped();
  void stop_ticking();
  void land_snapshots();

  const RocksDbOptions options;
  LogDatabase log;
  Watermark watermark;
  Watermark promises;
  DiskReserve reserve;
  mutable RocksDbCache rows;
  HashChain chain;
  replication::NodeId self = consensus::nobody;

  mutable std::shared_mutex mutex;
  std::unordered_map<Symbol, std::unique_ptr<Shard>> shards;
  ShardNumber next_number = 0;

  struct PendingSnapshot {
    Symbol shard;
    SnapshotRow row;
  };
  mutable std::mutex snapshot_mutex;
  std::vector<PendingSnapshot> pending_snapshots;  // of entries that are sequenced, not committed
  std::atomic<std::size_t> pending_count{0};

  std::mutex ticking_mutex;
  std::condition_variable ticking_ends;
  bool ticking = false;
  std::thread ticker;

  Committer committer;  // last: its thread ends before anything it uses
};

// Checks every row of a shard. What stands behind the last link of its hash chain is kept for the next one, what stands behind
// its base for the replica.
void RocksDbJournal::Parts::recover(ShardNumber number, Symbol name) {
  constexpr std::size_t block_bytes = std::size_t{1} << 20;
  const Link last = log.last_link(number, name);
  replication::GroupRows group = replication::read_group_rows(log, number, name);
  StoredReplica stored;
  stored.saves = group.promise.saves;
  stored.founding = std::move(group.founding);
  std::shared_ptr<ValueBlock> block;
  const Offset end = walk_entries(log, number, name, 1, [&](Offset offset, std::string_view value, std::span<const std::byte>) {
    if (offset <= last.last) return;
    if (!block || block->bytes.size() > block_bytes) {
      block = std::make_shared<ValueBlock>();
      block->first = offset;
      stored.unchained.push_back(block);
    }
    const auto bytes = wire::bytes_of(value);
    block->bytes.insert(block->bytes.end(), bytes.begin(), bytes.end());
    block->sizes.push_back(static_cast<std::uint32_t>(bytes.size()));
  });
  if (end < last.last) throw JournalDamaged(name, end + 1, "it is missing, and the hash chain reaches beyond it");

  const consensus::Index last_index = std::max(group.marks.index_of(end), group.marks.all().empty() ? 0 : group.marks.all().back().index);
  const bool empty = group.base.index == 0;  // it was never told the log
  if (!empty && last_index < group.base.index) throw JournalDamaged(name, end + 1, "it is missing, and the base of its log is beyond it");
  stored.stored = replication::read_stored(log, number, name, group, last_index);
  stored.committed = group.committed;
  const Offset acknowledged = watermark.read(number);
  const bool forgot = group.promise.saves < promises.read(number);
  if (end < acknowledged || forgot) {
    const std::string why = end < acknowledged ? "the log ends before it, and entries up to " + std::to_string(acknowledged) + " were acknowledged"
                                               : "what was promised after it is forgotten";
    if (alone() && !options.accept_loss) throw JournalDamaged(name, end + 1, why);
    spdlog::warn("{}: opened with a loss: {}", name.text(), why);
    watermark.raise(number, end);
    stored.lost = !alone();
  }
  chain.begin(number, last);
  snapshot_rows::remove_beyond(rows, name, end);
  stored.marks = std::move(group.marks);
  add(name, number, end, std::move(stored));
}

RocksDbJournal::Parts::Shard& RocksDbJournal::Parts::add(Symbol name, ShardNumber number, Offset end, StoredReplica stored) {
  next_number = std::max(next_number, number + 1);
  const auto members = replication::newest_members(stored.stored);
  // The only disk there is: what is on it is committed.
  const bool only = alone() && members.size() == 1 && members.front() == consensus::Member{self, consensus::Duty::voter};
  const Offset committed = only ? end : std::min(end, stored.marks.offset_at(stored.committed));
  auto made = std::make_unique<Shard>(name, number, end, committed, options.tail_bytes);
  Shard& shard = *made;
  Replica::Settings settings{options.replication.core, options.replication.lease, alone()};
  settings.core.self = self;
  settings.core.seed = replication::fresh_number();
  if (alone()) {
    settings.core.log_bytes_max = options.waiting_bytes_max;
    settings.core.entry_bytes_max = options.waiting_bytes_max;  // a signal to 100,000 subscriptions is one entry; no message carries it
    settings.core.log_bytes_kept = std::size_t{1} << 20;  // for nobody; not smaller, because the base is written each time it moves
  }
  Replica::Hands hands;
  hands.write = [this, &shard](GroupWrite write, Commit when) { committer.push(shard.log, std::move(write), when); };
  hands.send = [this](replication::NodeId to, const replication::GroupFrame& frame) {
    if (!alone()) options.replication.transport->send(to, replication::lane_of(frame), replication::encode_frame(frame));
  };
  hands.chain = [this, &shard](std::span<const std::byte> values, std::size_t entries) {
    chain.push({shard.log.name, shard.log.number, {values.begin(), values.end()}, entries});
  };
  hands.leadership = [this, name](const replication::Leadership& leadership) {
    if (options.replication.leadership) options.replication.leadership(name, leadership);
  };
  hands.clocks = options.replication.clocks ? options.replication.clocks : machine_clocks;
  hands.read = [this, &shard](consensus::Index from, consensus::Index to, std::size_t bytes) {
    return replication::read_log_entries(log, shard.log.number, shard.log.name, shard.replica->marks_inside(), from, to, bytes);
  };
  shard.replica = std::make_unique<Replica>(shard.log, settings, std::move(stored), std::move(hands));
  shard.log.durable_call = [&shard](std::uint64_t ticket) { shard.replica->durable(ticket); };
  shards.emplace(name, std::move(made));
  return shard;
}

// ---- as a member of a cluster ----

void RocksDbJournal::Parts::connect() {
  replication::Transport& transport = *options.replication.transport;
  transport.on_receive([this](replication::NodeId from, replication::Lane lane, replication::Frame frame) { received(from, lane, std::move(frame)); });
  ticking = true;
  ticker = std::thread([this] { tick_until_stopped(); });
}

void RocksDbJournal::Parts::received(replication::NodeId from, replication::Lane lane, replication::Frame bytes) {
  if (lane == replication::Lane::calls) {
    if (options.replication.call) options.replication.call(from, lane, std::move(bytes));
    return;
  }
  const auto frame = replication::decode_frame(bytes);
  if (!frame || frame->from != from || frame->to != self) return spdlog::warn("a frame from {:016x} is not one of ours", from);
  try {
    shard_of(frame->shard, false).replica->receive(*frame);
  } catch (const JournalError& error) {
    spdlog::warn("{}: a frame from {:016x} was not taken: {}", frame->shard.text(), from, error.what());
  }
}

void RocksDbJournal::Parts::tick_until_stopped() {
  std::unique_lock lock(ticking_mutex);
  while (ticking) {
    lock.unlock();
    each([](Shard& shard) { shard.replica->tick(); });
    lock.lock();
    ticking_ends.wait_for(lock, options.replication.tick, [this] { return !ticking; });
  }
}

void RocksDbJournal::Parts::stop_ticking() {
  {
    std::lock_guard lock(ticking_mutex);
    ticking = false;
  }
  ticking_ends.notify_all();
  if (ticker.joinable()) ticker.join();
}

RocksDbJournal::RocksDbJournal(fs::path directory, RocksDbOptions options)
    : parts_(std::make_unique<Parts>(directory, options)) {}
RocksDbJournal::~RocksDbJournal() = default;

replication::NodeId RocksDbJournal::self() const { return parts_->self; }
void RocksDbJournal::found(Symbol shard) { parts_->shard_of(shard, true); }
bool RocksDbJournal::may_act(Symbol shard) const { return parts_->existing(shard).replica->may_act(); }
consensus::Refusal RocksDbJournal::transfer(Symbol shard, replication::NodeId target, bool effects_stopped) {
  return parts_->existing(shard).replica->transfer(target, effects_stopped);
}
consensus::Refusal RocksDbJournal::change(Symbol shard, const consensus::Change& change) {
  return parts_->existing(shard).replica->change(change);
}
void RocksDbJournal::resign(Symbol shard) { parts_->existing(shard).replica->resign(); }

std::vector<replication::ReplicaStatus> RocksDbJournal::replicas() const {
  std::vector<replication::ReplicaStatus> all;
  parts_->each([&](Parts::Shard& shard) { all.push_back(shard.replica->status()); });
  return all;
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

void RocksDbJournal::Parts::land_snapshots() {
  if (pending_count.load() == 0) return;
  std::lock_guard lock(snapshot_mutex);
  std::vector<PendingSnapshot> still;
  for (PendingSnapshot& pending : pending_snapshots) {
    const Shard* shard = find(pending.shard);
    if (!shard || shard->log.committed() < pending.row.offset) still.push_back(std::move(pending));
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
  const auto* shard = parts_->find(name);
  if (!shard) return {};
  const Link link = parts_->log.last_link(shard->log.number, name);
  return {link.last, link.digest};
}

std::uint64_t RocksDbJournal::syncs() const { return parts_->committer.rounds(); }
std::uint64_t RocksDbJournal::free_bytes() const { return parts_->reserve.free_bytes(); }

}  // namespace tally
