#include "persistence/journal_parts.hpp"

#include <spdlog/spdlog.h>
#include <time.h>

#include "persistence/journal_directory.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/stored_group.hpp"
#include "persistence/snapshot_rows.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using log_format::Link;
using log_format::ShardNumber;
using replication::Replica;
using replication::StoredReplica;

consensus::Clocks machine_clocks() {
  const auto read = [](clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return consensus::Nanoseconds{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  };
  return {read(CLOCK_BOOTTIME), read(CLOCK_MONOTONIC)};
}

}  // namespace

RocksDbJournal::Parts::Parts(const fs::path& directory, const RocksDbOptions& its_options)
    : options(its_options),
      log(open_log(directory, options.write_buffer_bytes)),
      watermark(directory / "watermark"),
      promises(directory / "promises"),
      reserve(directory / "data", options.disk_reserve_bytes),
      rows(directory / "cache", directory / "log"),
      committer(log, watermark, promises, chain,
                {options.waiting_bytes_max, options.group_bytes_max, options.spin, options.gather_max}) {
  mark_as_journal(directory);
  self = replication::node_identity(directory);
  const auto directory_rows = log.directory();
  check_directory(log, directory_rows);
  for (const auto& [number, name] : directory_rows) recover(number, name);
  committer.on_round([this] { land_snapshots(); });
  committer.start();
  if (!alone()) connect();
}

RocksDbJournal::Parts::~Parts() {
  if (alone()) return;
  options.replication.transport->stop();  // from here on nobody comes in
  stop_ticking();
  each([](Shard& shard) { shard.replica->note_commit(); });
}

RocksDbJournal::Parts::Shard& RocksDbJournal::Parts::shard_of(Symbol name, bool founds) {
  if (Shard* found = find(name)) return *found;
  if (!founds) return begin(name, std::nullopt);
  return begin(name, Founding{replication::fresh_generation(), {{self, consensus::Duty::voter}}});
}

RocksDbJournal::Parts::Shard& RocksDbJournal::Parts::begin(Symbol name, std::optional<Founding> founding) {
  std::unique_lock lock(mutex);
  if (const auto it = shards.find(name); it != shards.end()) return *it->second;
  if (next_number >= Watermark::shards_max) throw JournalError("more than 4096 shards in one journal");
  StoredReplica stored;
  stored.fresh = true;
  if (founding) {
    stored.founding = consensus::founding(founding->generation, std::move(founding->members));
    stored.stored.base = *stored.founding;
    stored.stored.hard_state.generation = founding->generation;
    // A disk that promised something under this number, and has no shard of it, went back: who founds again must not vote again.
    stored.lost = !alone() && (promises.read(next_number) > 0 || watermark.read(next_number) > 0);
  }
  chain.begin(next_number, {});
  return add(name, next_number, 0, std::move(stored));
}

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
  if (options.replication.admits && !find(frame->shard) && !options.replication.admits(frame->shard)) return;
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
    // A node whose disk is filling up takes no commands: others lead, as long as there are any.
    each([aside = reserve.reached()](Shard& shard) { shard.replica->tick(aside); });
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

}  // namespace tally
