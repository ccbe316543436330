#include "tests/simulation/world.hpp"

#include <cstdlib>
#include <iostream>

namespace tally::simulation {
namespace {

constexpr Nanoseconds tick_every = 20 * ms;
constexpr std::size_t events_max = 1'000'000;  // of some 10,000 in an ordinary world
constexpr Nanoseconds patience = 20'000 * ms;  // after the healing
bool traced() {
  static const bool on = std::getenv("TALLY_SIMULATION_TRACE") != nullptr;
  return on;
}

}  // namespace

void Outcome::add(const Outcome& other) {
  events += other.events, restarts += other.restarts, elections += other.elections, acknowledged += other.acknowledged;
  orders += other.orders, installs += other.installs, doubts += other.doubts;
}

std::string Outcome::counts() const {
  const auto some = [](std::size_t count, const char* what) { return std::to_string(count) + " " + what; };
  return some(events, "events, ") + some(restarts, "starts, ") + some(elections, "elections, ") +
         some(acknowledged, "commands acknowledged, ") + some(orders, "orders, ") + some(installs, "installs, ") +
         some(doubts, "disks that forgot");
}

World::World(std::uint64_t seed) : seed_(seed), plan_(plan_of(seed)), dice_(seed), machines_(plan_.machines) {
  std::vector<consensus::Member> members;
  for (Machine& machine : machines_) {
    machine.id = fresh_id();
    machine.rate_per_mille = 1000 + static_cast<int>(dice_.between(-plan_.skew_per_mille, plan_.skew_per_mille));
    machine.boot_offset = dice_.between(0, 1'000'000) * ms;
    machine.monotonic_offset = -dice_.between(0, 1'000) * ms;
    machine.lease = consensus::Lease(plan_.lease);
    if (members.size() < plan_.voters) members.push_back({machine.id, consensus::Duty::voter});
  }
  if (plan_.witness) members.back().duty = consensus::Duty::witness;
  const consensus::Base founding = consensus::founding(1, members);
  truth_.begin(founding);
  for (std::size_t i = 0; i < members.size(); ++i) {
    consensus::Stored stored;
    stored.hard_state.generation = 1;
    stored.base = founding;
    machines_[i].disk.found(stored);
  }
  blocked_until_.assign(machines_.size(), std::vector<Nanoseconds>(machines_.size(), 0));
  clogged_until_ = blocked_until_;
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    schedule(dice_.between(0, 50) * ms, What::start, i);
    schedule(dice_.between(0, 20) * ms, What::tick, i);
  }
  schedule(plan_.command_every, What::client);
  schedule(plan_.fault_every, What::fault);
  schedule(300 * ms, What::operate);
}

Outcome World::run() {
  try {
    while (true) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      if (!healed_ && now_ >= plan_.chaos) heal();
      happen(event);
      if (++outcome_.events > events_max) throw Violation("the replicas talk for ever");
      if (healed_ && event.what == What::operate && converged()) break;
      if (now_ > plan_.chaos + patience) describe();
      if (now_ > plan_.chaos + patience) throw Violation("no progress after everything was healed");
    }
    truth_.complete();
  } catch (const std::exception& violation) {
    outcome_.failure = violation.what();
  }
  outcome_.ended_at = now_;
  outcome_.acknowledged = truth_.acknowledged_count();
  return outcome_;
}

void World::schedule(Nanoseconds after, What what, std::size_t machine, std::uint64_t argument) {
  const std::uint64_t life = machine < machines_.size() ? machines_[machine].life : 0;
  events_.push({now_ + after, dice_.next(), what, machine, life, argument});
}

void World::happen(const Event& event) {
  Machine& machine = machines_[event.machine];
  // Who is paused does it later.
  const bool of_process = event.what == What::deliver || event.what == What::synced || event.what == What::fetched;
  if (of_process && paused(machine)) {
    Event later = event;
    later.at = machine.paused_until + dice_.between(0, 3'000) * us;
    events_.push(later);
    return;
  }
  note(static_cast<std::uint64_t>(event.what) << 56 ^ event.machine << 48 ^ static_cast<std::uint64_t>(event.at));
  const bool same_life = machine.up() && machine.life == event.life;
  switch (event.what) {
    case What::deliver: {
      const consensus::Message message = std::move(mail_[event.argument]);
      free_mail_.push_back(event.argument);
      if (!machine.up() || machine.id != message.to) return;
      tick(machine);
      machine.core->step(message);
      return pump(machine);
    }
    case What::tick:
      schedule(tick_every, What::tick, event.machine);
      if (!machine.up() || paused(machine)) return;
      tick(machine);
      if (plan_.slow_apply) apply(machine, machine.applied + dice_.below(20));
      return pump(machine);
    case What::synced:
      if (same_life) synced(machine, event.argument);
      return;
    case What::fall:
      if (same_life && !healed_) crash(machine, "just elected");
      return;
    case What::fetched:
      if (same_life) fetched(machine);
      return;
    case What::start:
      if (!machine.up()) start(machine);
      return;
    case What::effect: {
      --machine.on_the_way;
      const auto term = event.argument >> 40;
      truth_.ordered(event.argument & ((std::uint64_t{1} << 40) - 1), term);
      ++outcome_.orders;
      return;
    }
    case What::client:
      schedule(plan_.command_every, What::client);
      return clients();
    case What::fault:
      schedule(plan_.fault_every, What::fault);
      if (!healed_) fault();
      return;
    case What::operate:
      schedule(dice_.between(100, 400) * ms, What::operate);
      return operate();
  }
}

void World::heal() {
  healed_ = true;
  tell("healed");
  for (auto& row : blocked_until_) row.assign(row.size(), 0);
  for (auto& row : clogged_until_) row.assign(row.size(), 0);
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    Machine& machine = machines_[i];
    machine.slow_until = machine.hung_until = 0;
    machine.next_sync_fails = false;
    if (!machine.up()) schedule(dice_.between(1, 300) * ms, What::start, i);
  }
  for (int i = 0; i < 3; ++i) unanswered_.push_back({++last_command_, 0});
}

// Everybody who belongs to the cluster agrees with its leader, every command is answered and at the venue.
bool World::converged() const {
  const Machine* first = leader();
  if (!first || !unanswered_.empty() || settled_ <= truth_.end()) return false;
  for (const consensus::Member& member : first->core->members()) {
    const Machine* machine = machine_of(member.id);
    if (!machine) continue;  // wiped, and not removed yet
    if (!machine->up() || paused(*machine) || machine->core->suspect()) return false;
    if (machine->core->commit() != first->core->commit() || machine->applied != truth_.end()) return false;
  }
  return true;
}

void World::note(std::uint64_t what) {
  outcome_.trace = (outcome_.trace ^ what) * 0x100000001B3u;
  outcome_.trace ^= outcome_.trace >> 29;
}

void World::tell(const std::string& line) {
  if (traced()) std::cerr << now_ / ms << " ms  " << line << '\n';
}

void World::describe() {
  tell("committed " + std::to_string(truth_.end()) + ", at the venue before " + std::to_string(settled_) + ", unanswered " +
       std::to_string(unanswered_.size()));
  for (const Machine& machine : machines_) {
    if (!machine.up()) {
      tell("a machine is down");
      continue;
    }
    const Core& core = *machine.core;
    std::string line = "machine " + std::to_string(index_of(machine)) + " role " + std::to_string(static_cast<int>(core.role())) +
                       " term " + std::to_string(core.term()) + " commit " + std::to_string(core.commit()) + " applied " +
                       std::to_string(machine.applied) + " log " + std::to_string(core.log().base().index) + ".." +
                       std::to_string(core.log().last()) + " bytes " + std::to_string(core.memory_bytes()) + " unsynced " +
                       std::to_string(machine.disk.waiting()) + (core.suspect() ? " suspect" : "") + " members";
    for (const consensus::Member& member : core.members()) {
      const Machine* other = machine_of(member.id);
      line += " " + (other ? std::to_string(index_of(*other)) : "?") + "LVW"[static_cast<int>(member.duty)];
    }
    tell(line);
  }
}

Machine* World::machine_of(NodeId id) {
  for (Machine& machine : machines_)
    if (machine.id == id) return &machine;
  return nullptr;
}

Machine* World::leader() {
  Machine* found = nullptr;
  for (Machine& machine : machines_)
    if (machine.up() && machine.core->role() == consensus::Role::leader)
      if (!found || machine.core->term() > found->core->term()) found = &machine;
  return found;
}

}  // namespace tally::simulation
