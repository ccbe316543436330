// A life of a process: how it opens its disk, what comes of each input, and how it ends.
#include "tests/cluster_simulation/cluster_world.hpp"
#include "persistence/log_walk.hpp"
#include "tests/session/world.hpp"

namespace tally::cluster_simulation {

void ClusterWorld::start(Machine& machine) {
  if (machine.full_until > now_) return schedule(machine.full_until - now_ + 1 * ms, What::start, index_of(machine));
  if (machine.unusable) return;
  auto process = std::make_unique<Process>();
  process->life = lived_at_.size();
  lived_at_.push_back(index_of(machine));
  process->time.emplace(machine.readings(now_));
  VirtualJournal::Options options;
  options.core = plan_.core;
  options.core.self = machine.id;
  options.core.seed = dice_.next() | 1;
  options.lease = plan_.lease;
  options.founds = machine.founds;
  VirtualJournal::Hands hands;
  Process* const self = process.get();
  hands.send = [this, self](NodeId to, Lane lane, Frame frame) {
    const Frame copy = frame;
    if (self->mesh->send(to, lane, std::move(frame))) watch_.sent(self->life, to, lane, copy);
  };
  hands.clocks = [this, &machine] { return machine.clocks(now_); };
  hands.leadership = [self](const replication::Leadership& leadership) { self->told = leadership; };
  hands.committed = [self](Offset offset) { self->commits_told = std::max(self->commits_told, offset); };

  cluster::MeshSettings mesh;
  mesh.self = {machine.id, "simulated", "m" + std::to_string(index_of(machine)), 1, address_of(index_of(machine))};
  mesh.session = plan_.session;
  mesh.hello_patience = 600 * ms;
  mesh.pause_max = 400 * ms;
  process->credentials = std::make_unique<cluster::TestCredentials>(machine.id, dice_.next() | 1);
  process->mesh = std::make_unique<cluster::Mesh>(mesh, *process->credentials, dice_.next());
  const Nanoseconds local = machine.clocks(now_).boottime;
  for (const Machine& other : machines_)
    if (other.id != machine.id) process->mesh->add_peer(local, other.id, address_of(index_of(other)));

  ++outcome_.lives;
  const bool fresh_founder = machine.founds != 0 && !founded_;
  try {
    process->journal = std::make_unique<VirtualJournal>(machine.disk, the_account::shard, options, std::move(hands));
  } catch (const JournalError& error) {
    tell(machine, std::string("does not open: ") + error.what());
    if (!machine.disk.damaged()) throw Violation(std::string("an undamaged disk does not open: ") + error.what());
    ++outcome_.refused_to_open;
    machine.unusable = true;   // an operator replaces it
    return;
  }
  machine.process = std::move(process);
  if (fresh_founder) {
    founded_ = true;
    watch_.founded(replica(machine)->core_inside().log().base());
  }
  const std::string& loss = machine.process->journal->loss();
  outcome_.doubts += !loss.empty();
  tell(machine, "starts" + (loss.empty() ? "" : ", in doubt: " + loss));
  if (!loss.empty() && !machine.disk.rolled_back() && !machine.disk.damaged())
    throw Violation("a disk that lost nothing is doubted: " + loss);
  if (plan_.early_falls && !healed_ && dice_.chance(300)) schedule(dice_.between(0, 3'000) * us, What::fall, index_of(machine));
  step(machine);
}

// A killed process loses what it had not handed to the kernel; a machine without power, what the kernel had not written.
void ClusterWorld::crash(Machine& machine, const std::string& why, bool power) {
  if (!machine.up()) return;
  tell(machine, (power ? "loses power: " : "falls: ") + why);
  machine.process->journal->abandon_round(dice_.chance(500));
  const Life life = machine.process->life;
  machine.process.reset();
  machine.paused_until = machine.deferred_last = 0;
  machine.hung_until = 0;
  if (power) {
    machine.disk.watermark.power_cut(dice_);
    machine.disk.promises.power_cut(dice_);
  }
  // The kernel closes what a process leaves open; a machine without power says nothing.
  for (Machine& other : machines_) {
    if (!other.up() || !ways_.contains({life, other.process->life})) continue;
    if (!power && !blocked(index_of(machine), index_of(other)))
      schedule(dice_.between(50, 2'000) * us, What::closed, index_of(other), life);
  }
  schedule(dice_.between(20 * ms, plan_.fault_max), What::start, index_of(machine));
}

void ClusterWorld::step(Machine& machine) {
  exchange_frames(machine);
  if (!machine.up()) return;
  Process& process = *machine.process;
  watch(machine);
  const std::size_t index = index_of(machine);
  if (!process.journal->idle() && !process.journal->in_round()) schedule(0, What::take, index);
  if (process.hosted) {
    if (process.commits_told > process.commits_mailed && !std::exchange(process.mails, true))
      schedule(dice_.between(1, 100) * us, What::mail, index);
    if (std::exchange(process.effects, false) && !std::exchange(process.lines, true))
      schedule(dice_.between(1, 50) * us, What::line, index);
  }
  const consensus::Term hosts = process.hosted && !process.hosted->over() ? process.hosted->term() : 0;
  if (hosts != (process.told.leads ? process.told.term : 0) && !std::exchange(process.follows, true))
    schedule(dice_.between(0, plan_.hosting_takes), What::follow, index);
  const Nanoseconds wake = process.mesh->wake_at();
  if (wake >= process.wakes_at || wake == cluster::never) return;
  process.wakes_at = wake;
  const Nanoseconds local = machine.clocks(now_).boottime;
  schedule(std::max<Nanoseconds>(wake - local, 0) * 1000 / machine.rate_per_mille + 1'000, What::wake, index);
}

// Frames go in and out until nothing more comes of it.
void ClusterWorld::exchange_frames(Machine& machine) {
  Process& process = *machine.process;
  const Nanoseconds local = machine.clocks(now_).boottime;
  for (bool more = true; more;) {
    more = false;
    process.mesh->tick(local);
    cluster::Mesh::Output out = process.mesh->take(local);
    for (cluster::Mesh::Send& packet : out.sends) send(machine, packet.channel, std::move(packet.packet));
    for (const cluster::Mesh::Dial& dialing : out.dials) dial(machine, dialing);
    for (cluster::Mesh::Event& event : out.events) {
      more = true;
      if (!event.arrival) continue;
      watch_.arrived(heard_life_, machine.id, event.arrival->delivery.lane, event.arrival->delivery.frame);
      process.journal->received(event.arrival->from, event.arrival->delivery.frame);
    }
  }
}

void ClusterWorld::within_bounds(Machine& machine) {
  const std::size_t waiting_max = plan_.session.waiting_bytes_max + plan_.session.chunk_bytes_max + plan_.session.votes_window_bytes + 4'096;
  for (const cluster::PeerStatus& peer : machine.process->mesh->status(machine.clocks(now_).boottime))
    if (peer.waiting_bytes > waiting_max) throw Violation("I11: " + std::to_string(peer.waiting_bytes) + " bytes wait for one peer");
}

void ClusterWorld::watch(Machine& machine) {
  const replication::Replica* its = replica(machine);
  if (!its) return;
  const consensus::Core& core = its->core_inside();
  LogSeen& seen = machine.process->seen;
  const bool led = seen.role == consensus::Role::leader;
  const auto committed = watch_.stepped(core, seen);
  if (!forgot_)
    for (const LogEntry& entry : committed) majority_has(machine, entry);
  note(core.term() * 31 + core.commit() * 7 + core.log().last() + static_cast<std::uint64_t>(core.role()));
  if (led || core.role() != consensus::Role::leader) return;
  ++outcome_.elections;
  tell(machine, "leads in term " + std::to_string(core.term()));
  if (plan_.unlucky_leaders && !healed_ && dice_.chance(400)) schedule(dice_.between(0, 150) * ms, What::fall, index_of(machine));
}

// The very row, on the disks of a majority.
void ClusterWorld::majority_has(const Machine& machine, const LogEntry& entry) {
  const replication::Replica& its = *machine.process->journal->replica();
  const replication::Marks& marks = its.marks_inside();
  Bytes value;
  if (entry.kind == consensus::EntryKind::command)
    log_format::append_entry_value(the_account::shard, entry.term, marks.offset_at(entry.index), *entry.payload, value);
  const std::string wanted(reinterpret_cast<const char*>(value.data()), value.size());
  std::size_t holding = 0;
  const auto& members = its.core_inside().members();
  for (const consensus::Member& member : members) {
    const Machine* other = machine_of(member.id);
    if (!consensus::votes(member) || !other) continue;
    if (entry.kind == consensus::EntryKind::command) {
      holding += other->disk.get(Family::entries, log_format::view(log_format::entry_key(0, marks.offset_at(entry.index)))) == wanted;
    } else {
      const auto row = other->disk.get(Family::side, log_format::view(replication::mark_key(0, entry.index)));
      const auto mark = row ? replication::read_mark(the_account::shard, entry.index, *row) : std::nullopt;
      holding += mark && mark->term == entry.term;
    }
  }
  if (holding < consensus::majority_of(members)) throw Violation("committed without a majority's disks: index " + std::to_string(entry.index));
}

void ClusterWorld::synced(Machine& machine) {
  if (machine.hung_until > now_) return schedule(machine.hung_until - now_, What::synced, index_of(machine));
  if (machine.full_until > now_) return crash(machine, "the disk is full", false);
  if (std::exchange(machine.next_sync_fails, false)) {
    machine.process->journal->fail_round();
    if (machine.process->journal->in_round()) return crash(machine, "a sync failed", dice_.chance(500));
    return;
  }
  machine.process->journal->finish_round();
}

}  // namespace tally::cluster_simulation
