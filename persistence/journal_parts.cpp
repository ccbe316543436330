#include "persistence/journal_parts.hpp"

#include <spdlog/spdlog.h>
#include <time.h>

#include "persistence/journal_directory.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/opened_shard.hpp"
#include "persistence/replication/stored_group.hpp"
#include "persistence/snapshot_rows.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
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
  const auto directory_rows = read_directory(log);
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
  // A log that was here and is gone: the database was replaced by one from before it. Nobody founds another one by itself in its
  // place, and who founds by words that others have, too, must not vote again.
  if (watermark.read(next_number) > 0 || promises.read(next_number) > 0) {
    const bool by_itself = founding && founding->members.size() == 1;
    if (by_itself && !options.accept_loss)
      throw JournalDamaged(name, 1, "it is missing, and was acknowledged: no log is founded in its place");
    stored.lost = !alone();
  }
  if (founding) {
    stored.founding = consensus::founding(founding->generation, std::move(founding->members));
    stored.stored.base = *stored.founding;
    stored.stored.hard_state.generation = founding->generation;
  }
  chain.begin(next_number, {});
  return add(name, next_number, 0, std::move(stored));
}

void RocksDbJournal::Parts::recover(ShardNumber number, Symbol name) {
  replication::OpenedShard opened = replication::open_shard(log, number, name, watermark.read(number), promises.read(number));
  const Offset end = opened.end;
  if (!opened.loss.empty()) {
    if (alone() && !options.accept_loss) throw JournalDamaged(name, end + 1, opened.loss);
    spdlog::warn("{}: opened with a loss: {}", name.text(), opened.loss);
    // Alone, an operator said so. In a cluster the second record stays until entries are written again, and these come with or
    // behind the doubt: lowered now, a crash before the doubt is on disk would leave a node that forgot and does not know it.
    if (alone()) watermark.lower(number, end);
    opened.stored.lost = !alone();
  }
  chain.begin(number, opened.link);
  snapshot_rows::remove_beyond(rows, name, end);
  add(name, number, end, std::move(opened.stored));
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
