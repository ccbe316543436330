#include "tests/cluster_simulation/virtual_journal.hpp"

#include "messages/stored.hpp"
#include "persistence/disk_reserve.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/replication/mutations.hpp"
#include "persistence/replication/opened_shard.hpp"
#include "persistence/replication/stored_group.hpp"

namespace tally::cluster_simulation {
namespace {

constexpr log_format::ShardNumber shard_number = 0;
constexpr std::size_t read_bytes_max = std::size_t{1} << 20;

}  // namespace

VirtualJournal::VirtualJournal(VirtualDisk& disk, Symbol shard, Options options, Hands hands)
    : disk_(disk), shard_(shard), options_(std::move(options)), hands_(std::move(hands)) {
  const auto directory = read_directory(disk_);
  check_directory(disk_, directory);
  if (!directory.empty()) {
    if (directory.size() != 1 || directory.begin()->second != shard_ || directory.begin()->first != shard_number)
      throw JournalError("the journal's directory names what nobody made");
    open();
  } else if (options_.founds != 0) {
    ensure();
  }
}

void VirtualJournal::open() {
  replication::OpenedShard opened = replication::open_shard(disk_, shard_number, shard_, disk_.watermark.read(shard_number), disk_.promises.read(shard_number));
  loss_ = opened.loss;
  opened.stored.lost = !loss_.empty();
  link_ = opened.link;
  const Offset committed = std::min(opened.end, opened.stored.marks.offset_at(opened.stored.committed));
  add(opened.end, committed, std::move(opened.stored));
}

// As RocksDbJournal does it where a shard is new here.
void VirtualJournal::ensure() {
  if (replica_) return;
  replication::StoredReplica stored;
  stored.fresh = true;
  if (disk_.watermark.read(shard_number) > 0 || disk_.promises.read(shard_number) > 0) {
    loss_ = "the log is gone";
    if (options_.founds != 0) throw JournalDamaged(shard_, 1, "it is missing, and was acknowledged");
    stored.lost = true;
  }
  if (options_.founds != 0) {
    stored.founding = consensus::founding(options_.founds, {{options_.core.self, consensus::Duty::voter}});
    stored.stored.base = *stored.founding;
    stored.stored.hard_state.generation = options_.founds;
  }
  add(0, 0, std::move(stored));
}

void VirtualJournal::add(Offset end, Offset committed, replication::StoredReplica stored) {
  log_ = std::make_unique<ShardLog>(shard_, shard_number, end, committed, options_.tail_bytes);
  log_->committed_call = hands_.committed;
  Replica::Hands hands;
  hands.write = [this](GroupWrite write, Commit) {
    waiting_bytes_ += write.block->bytes.size();
    waiting_.push_back({log_.get(), std::move(write)});
  };
  hands.send = [this](NodeId to, const replication::GroupFrame& frame) {
    hands_.send(to, replication::lane_of(frame), replication::encode_frame(frame));
  };
  hands.chain = [this](std::span<const std::byte> values, std::size_t entries) {
    LinkBuilder builder(link_);
    builder.add(values, entries);
    link_ = builder.finish();
    links_.push_back({log_format::chain_key(shard_number, link_.last), log_format::link_value(shard_, link_)});
  };
  hands.leadership = hands_.leadership;
  hands.clocks = hands_.clocks;
  hands.read = [this](consensus::Index from, consensus::Index to, std::size_t bytes) {
    return replication::read_log_entries(disk_, shard_number, shard_, replica_->marks_inside(), from, to, bytes);
  };
  replica_ = std::make_unique<Replica>(*log_, Replica::Settings{options_.core, options_.lease, false}, std::move(stored), std::move(hands));
  log_->durable_call = [this](std::uint64_t ticket) { replica_->durable(ticket); };
}

void VirtualJournal::append(Symbol, Offset expected, std::span<const EntryPtr> entries, Commit when) {
  ensure();
  for (const EntryPtr& entry : entries)
    if (low_on_room && entry->is_input() && !only_reports(*entry)) throw DiskReserveReached("the disk is below its reserve");
  std::vector<consensus::Payload> payloads;
  std::size_t bytes = 0;
  for (const EntryPtr& entry : entries) {
    auto stored = std::make_shared<Bytes>();
    store_entry(*entry, *stored);
    bytes += stored->size();
    payloads.push_back(std::move(stored));
  }
  if (waiting_bytes_ + bytes > options_.waiting_bytes_max) throw JournalError("too much waits to be committed");
  replica_->append(expected, entries, payloads, when);
}

std::vector<EntryPtr> VirtualJournal::read(Symbol, Offset from, std::size_t count) const {
  std::vector<EntryPtr> entries;
  if (!log_ || from == 0 || from > log_->end() || count == 0) return entries;
  const Offset tail_first = log_->read_tail(from, count, entries);
  if (!entries.empty()) return entries;
  const Offset beyond = count < tail_first - from ? from + count : tail_first;
  return read_entries(disk_, shard_number, shard_, from, beyond, read_bytes_max);
}

void VirtualJournal::received(NodeId from, const Frame& bytes) {
  const auto frame = replication::decode_frame(bytes);
  if (!frame || frame->from != from || frame->to != options_.core.self) throw std::logic_error("a frame arrived that nobody sent");
  ensure();
  try {
    replica_->receive(*frame);
  } catch (const JournalDamaged&) {  // of what another node asked for; it is not answered
  }
}

void VirtualJournal::begin_round() { round_.swap(waiting_); }

void VirtualJournal::assemble_round() {
  if (replication::defective(replication::Defect::reports_before_the_sync)) report(round_, disk_.watermark, disk_.promises);
  batch_.emplace();
  for (const HashChain::Row& row : std::exchange(links_, {})) batch_->put(Family::side, log_format::view(row.key), row.value);
  lower_marks(round_, disk_.watermark);
  add_rows(round_, *batch_);
}

void VirtualJournal::finish_round() {
  disk_.land(*batch_);
  batch_.reset();
  const std::vector<RoundPart> done = std::exchange(round_, {});
  for (const RoundPart& part : done) waiting_bytes_ -= part.write.block->bytes.size();
  report(done, disk_.watermark, disk_.promises);
}

void VirtualJournal::fail_round() {
  if (replication::defective(replication::Defect::swallows_a_failed_sync)) report(std::exchange(round_, {}), disk_.watermark, disk_.promises);
}

void VirtualJournal::abandon_round(bool it_landed) {
  if (batch_ && it_landed) disk_.land(*batch_);
  batch_.reset();
  round_.clear();
}

}  // namespace tally::cluster_simulation
