#include "tests/cluster_simulation/cluster_world.hpp"

#include <cstdlib>
#include <iostream>

#include "actors/broker_session/broker_session.hpp"
#include "actors/reconciliation/reconciliation.hpp"

namespace tally::cluster_simulation {
namespace {

constexpr Nanoseconds tick_every = 20 * ms;
constexpr std::size_t events_max = 3'000'000;
constexpr Nanoseconds patience = 90'000 * ms;  // after the healing: a question without an answer is asked again after 30 s

bool traced() {
  static const bool on = std::getenv("TALLY_SIMULATION_TRACE") != nullptr;
  return on;
}

}  // namespace

void Outcome::add(const Outcome& other) {
  events += other.events, lives += other.lives, elections += other.elections, hostings += other.hostings;
  acknowledged += other.acknowledged, orders += other.orders, fills += other.fills, refused_to_open += other.refused_to_open, doubts += other.doubts;
}

std::string Outcome::counts() const {
  const auto some = [](std::size_t count, const char* what) { return std::to_string(count) + " " + what; };
  return some(events, "events, ") + some(lives, "processes, ") + some(elections, "elections, ") + some(hostings, "take-overs, ") +
         some(acknowledged, "commands acknowledged, ") + some(orders, "orders, ") + some(fills, "fills, ") + some(doubts, "disks that forgot, ") +
         some(refused_to_open, "damaged disks refused");
}

ClusterWorld::ClusterWorld(std::uint64_t seed, Plan plan)
    : seed_(seed), plan_(std::move(plan)), dice_(seed), watch_(plan_), machines_(plan_.machines),
      venue_(plan_.venue, seed, Time{now_}, the_account::product_defined()), price_(Price::whole(40'000)) {
  for (Machine& machine : machines_) {
    machine.id = fresh_id();
    machine.rate_per_mille = 1000 + static_cast<int>(dice_.between(-plan_.skew_per_mille, plan_.skew_per_mille));
    machine.boot_offset = dice_.between(0, 1'000'000) * ms;
    machine.monotonic_offset = -dice_.between(0, 1'000) * ms;
    machine.wall_offset = dice_.between(-300, 300) * ms;
  }
  machines_.front().founds = dice_.next() << 16 | 1;
  blocked_until_.assign(machines_.size(), std::vector<Nanoseconds>(machines_.size(), 0));
  last_packet_ = blocked_until_;
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    schedule(dice_.between(0, 50) * ms, What::start, i);
    schedule(dice_.between(0, 20) * ms, What::tick, i);
  }
  schedule(0, What::bar);
  schedule(plan_.command_every, What::client);
  schedule(1'000 * ms, What::fault);
  schedule(100 * ms, What::operate);
  schedule(200 * ms, What::flush);
}

ClusterWorld::~ClusterWorld() = default;

Outcome ClusterWorld::run() {
  try {
    while (true) {
      const Happening event = events_.top();
      events_.pop();
      now_ = event.at;
      if (!healed_ && now_ - began_ >= plan_.chaos) heal();
      happen(event);
      if (++outcome_.events > events_max) throw Violation("they talk for ever");
      if (healed_ && event.what == What::operate) {
        const std::string why = unsettled();
        if (why.empty()) break;
        if (now_ - began_ > plan_.chaos + patience) {
          describe();
          throw Violation("no progress after everything was healed: " + why);
        }
      }
    }
    watch_.complete(venue_, leader()->process->hosted->host());
  } catch (const std::exception& violation) {
    outcome_.failure = violation.what();
  }
  outcome_.ended_at = now_ - began_;
  outcome_.acknowledged = watch_.acknowledged_count();
  outcome_.orders = watch_.orders_count();
  outcome_.fills = watch_.fills_count();
  return outcome_;
}

void ClusterWorld::schedule(Nanoseconds after, What what, std::size_t machine, std::uint64_t argument) {
  const Machine& at = machines_[machine];
  events_.push({now_ + std::max<Nanoseconds>(after, 0), dice_.next(), what, machine, at.up() ? at.process->life : 0, argument});
}

void ClusterWorld::happen(const Happening& event) {
  Machine& machine = machines_[event.machine];
  const bool of_process = event.what <= What::down && event.what != What::tick && event.what != What::flush && event.what != What::arrives;
  if (of_process && paused(machine)) {  // it does it later, in the same order
    Happening later = event;
    later.at = machine.deferred_last = std::max(machine.paused_until, machine.deferred_last) + dice_.between(1, 100) * us;
    events_.push(later);
    return;
  }
  note(static_cast<std::uint64_t>(event.what) << 56 ^ event.machine << 48 ^ static_cast<std::uint64_t>(event.at));
  switch (event.what) {
    case What::tick: {
      schedule(tick_every, What::tick, event.machine);
      if (!machine.up() || paused(machine)) return;
      Happening now = event;
      now.life = machine.process->life;
      return happen_to(machine, now);
    }
    case What::start:
      if (!machine.up()) start(machine);
      return;
    case What::fall:
      if (machine.up() && machine.process->life == event.life && !healed_) crash(machine, "in a bad moment", dice_.chance(500));
      return;
    case What::flush:
      for (Machine& each : machines_) {
        if (dice_.chance(300)) each.disk.watermark.flush();
        if (dice_.chance(300)) each.disk.promises.flush();
      }
      return schedule(dice_.between(50, 400) * ms, What::flush);
    case What::arrives: return arrives(arrivals_.take(event.argument));
    case What::bar:
      schedule(dice_.between(50, 150) * ms, What::bar);
      return show_bar();
    case What::client:
      schedule(plan_.command_every, What::client);
      return clients();
    case What::fault:
      schedule(plan_.fault_every, What::fault);
      if (!healed_) fault();
      return;
    case What::operate:
      schedule(dice_.between(60, 200) * ms, What::operate);
      return operate();
    case What::packet: {
      Mail mail = mail_.take(event.argument);
      if (!machine.up() || machine.process->life != mail.to) {
        // Nobody there by that name: where there is a machine, it says so.
        if (Machine* sender = machine_at(mail.from); sender && machine.up() && !blocked(event.machine, index_of(*sender)))
          schedule(dice_.between(50, 2'000) * us, What::closed, index_of(*sender), mail.to);
        return;
      }
      ways_.insert({mail.from, mail.to});
      heard_life_ = mail.from;
      return run_in(machine, [&] { machine.process->mesh->received(machine.clocks(now_).boottime, mail.from, mail.packet); });
    }
    default:
      if (machine.up() && machine.process->life == event.life) happen_to(machine, event);
  }
}

// To a process that is the one it was meant for.
void ClusterWorld::happen_to(Machine& machine, const Happening& event) {
  run_in(machine, [&] { take_input(machine, event); });
}

void ClusterWorld::take_input(Machine& machine, const Happening& event) {
  Process& process = *machine.process;
  const Nanoseconds local = machine.clocks(now_).boottime;
  switch (event.what) {
    case What::tick:
      process.journal->low_on_room = machine.full_until > now_;
      process.journal->tick();
      if (process.hosted) process.hosted->look_at_clock();
      if (process.hosted) send_line(machine);
      if (dice_.chance(150)) follow(machine);
      within_bounds(machine);
      break;
    case What::closed: process.mesh->closed(local, event.argument); break;
    case What::dialed: {
      const cluster::TargetId target = event.argument >> 16;
      const std::size_t to = event.argument & 0xFFFF;
      if (to < machines_.size() && machines_[to].up()) process.mesh->dialed(local, target, machines_[to].process->life);
      else process.mesh->dial_failed(local, target, "nobody answers");
      break;
    }
    case What::wake: process.wakes_at = INT64_MAX; break;
    case What::take:
      if (process.journal->idle() || process.journal->in_round()) return;
      process.journal->begin_round();
      schedule(plan_.slow_threads && !healed_ && dice_.chance(300) ? dice_.between(0, 20'000) * us : 0, What::assemble, event.machine);
      return;
    case What::assemble: {
      process.journal->assemble_round();
      // Where entries are being dropped, much may come of a bad moment.
      if (plan_.unlucky_drops && !healed_ && process.journal->round_drops() && dice_.chance(400))
        schedule(dice_.between(0, 60'000) * us, What::fall, event.machine);
      Nanoseconds takes = dice_.between(100, 2'000) * us;
      if (machine.slow_until > now_) takes = dice_.between(20, 300) * ms;
      if (machine.hung_until > now_) takes += machine.hung_until - now_;
      return schedule(takes, What::synced, event.machine);
    }
    case What::synced: synced(machine); break;
    case What::follow:
      process.follows = false;
      follow(machine);
      break;
    case What::mail:
      process.mails = false;
      process.commits_mailed = process.commits_told;
      if (process.hosted) process.hosted->committed(process.commits_told);
      break;
    case What::line:
      process.lines = false;
      send_line(machine);
      break;
    case What::connected:
      if (process.hosted && process.line.connection == event.argument) connected(machine);
      break;
    case What::down:
      if (process.hosted && process.line.connection == event.argument) down(machine);
      break;
    default: return;
  }
}

void ClusterWorld::heal() {
  healed_ = true;
  if (traced()) std::cerr << (now_ - began_) / ms << " ms  healed\n";
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    Machine& machine = machines_[i];
    machine.slow_until = machine.hung_until = machine.full_until = 0;
    machine.next_sync_fails = false;
    if (machine.disk.damaged()) crash(machine, "its disk is looked at", false);   // nobody serves from a damaged disk for ever
    if (!machine.up()) schedule(dice_.between(1, 300) * ms, What::start, i);
  }
  venue_cut_until_ = 0;
  for (int i = 0; i < 3; ++i) {
    ++last_command_;
    unanswered_.push_back({last_command_, 0, command(last_command_)});
  }
}

// Everybody agrees with the leader, every command is answered, nothing is in doubt, and the books are the venue's.
std::string ClusterWorld::unsettled() {
  Machine* first = leader();
  if (!first || !first->process->hosted || first->process->hosted->over()) return "nobody leads and hosts";
  if (!unanswered_.empty()) return std::to_string(unanswered_.size()) + " commands are not answered";
  HostedAccount& account = *first->process->hosted;
  const Offset end = account.host().core().state().end;
  if (watch_.account().end(the_account::shard) != end) return "not everything is committed";
  for (const consensus::Member& member : replica(*first)->core_inside().members()) {
    Machine* machine = machine_of(member.id);
    if (!machine) return "a member is gone, and not removed";
    const replication::Replica* theirs = replica(*machine);
    if (!theirs || paused(*machine) || theirs->core_inside().suspect()) return "a member is not well";
    if (theirs->core_inside().commit() != replica(*first)->core_inside().commit()) return "a member is behind";
  }
  const VenueLine& line = first->process->line;
  if (!line.connected || !line.waiting.empty() || !line.in_flight.empty() || !line.down.empty()) return "something is on its way to the venue";
  if (venue_.working() > 0) return "the venue works on an order";
  if (!account.host().state<BrokerSession>(the_account::shard.text()).open.empty()) return "an order is open";
  const auto& comparison = account.host().state<Reconciliation>(the_account::shard.text());
  if (comparison.request) return "the venue is being asked";
  return {};
}

void ClusterWorld::note(std::uint64_t what) {
  outcome_.trace = (outcome_.trace ^ what) * 0x100000001B3u;
  outcome_.trace ^= outcome_.trace >> 29;
}

void ClusterWorld::tell(const Machine& machine, const std::string& line) {
  if (traced()) std::cerr << (now_ - began_) / ms << " ms  machine " << index_of(machine) << ": " << line << '\n';
}

void ClusterWorld::describe() {
  for (Machine& machine : machines_) {
    const replication::Replica* its = replica(machine);
    if (!its) {
      tell(machine, machine.up() ? "has no log" : "is down");
      continue;
    }
    const consensus::Core& core = its->core_inside();
    std::string line = "role " + std::to_string(static_cast<int>(core.role())) + " term " + std::to_string(core.term()) + " commit " +
                       std::to_string(core.commit()) + " log " + std::to_string(core.log().base().index) + ".." + std::to_string(core.log().last()) +
                       (core.suspect() ? " suspect" : "") + (machine.process->hosted ? " hosts" : "") + " members";
    for (const consensus::Member& member : core.members()) {
      const Machine* other = machine_of(member.id);
      line += " " + (other ? std::to_string(index_of(*other)) : "?") + "LVW"[static_cast<int>(member.duty)];
    }
    tell(machine, line);
  }
}

Machine* ClusterWorld::machine_of(NodeId id) {
  for (Machine& machine : machines_)
    if (machine.id == id) return &machine;
  return nullptr;
}

Machine* ClusterWorld::machine_at(Life life) {
  for (Machine& machine : machines_)
    if (machine.up() && machine.process->life == life) return &machine;
  return nullptr;
}

Machine* ClusterWorld::leader() {
  Machine* found = nullptr;
  for (Machine& machine : machines_) {
    const replication::Replica* its = replica(machine);
    if (!its || its->core_inside().role() != consensus::Role::leader) continue;
    if (!found || its->core_inside().term() > replica(*found)->core_inside().term()) found = &machine;
  }
  return found;
}

}  // namespace tally::cluster_simulation
