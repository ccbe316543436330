// Clients, who ask again with the same key, and an operator, who replaces what is broken and moves things about.
#include "tests/cluster_simulation/cluster_world.hpp"

namespace tally::cluster_simulation {

using consensus::Change;
using consensus::Refusal;

Message ClusterWorld::command(CommandNumber number) {
  const std::size_t kind = dice_.below(10);
  const InvestorId investor(dice_.chance(500) ? "ann" : "bob");
  if (kind == 0) return DepositFunds{key_of(number), investor, Money::whole(dice_.between(1, 500)), one_cent};
  if (kind == 1) return WithdrawFunds{key_of(number), investor, Money::whole(dice_.between(1, 500)), dice_.chance(300), one_cent};
  SendSignal signal;
  signal.key = key_of(number);
  signal.source = SignalSourceId(dice_.chance(600) ? "trend" : "mean");
  signal.product = the_account::product;
  signal.direction = Direction{static_cast<std::int8_t>(dice_.between(-1, 1))};
  if (dice_.chance(800)) signal.stop_loss_ratio = Ratio::from_units(1'000'000 * dice_.between(2, 30));
  return signal;
}

void ClusterWorld::clients() {
  constexpr std::size_t unanswered_max = 20;
  if (!healed_ && unanswered_.size() < unanswered_max && leader()) {
    ++last_command_;
    unanswered_.push_back({last_command_, 0, command(last_command_)});
  }
  if (dice_.chance(300)) favourite_ = dice_.below(machines_.size());
  if (Machine& hinted = machines_[favourite_]; replica(hinted) && !paused(hinted))
    if (const Machine* leads = machine_of(replica(hinted)->core_inside().leader())) favourite_ = index_of(*leads);
  Machine& machine = machines_[favourite_];
  if (!machine.up() || paused(machine) || !machine.process->hosted) return;
  run_in(machine, [&] {
    for (Asked& asked : unanswered_) {   // answers come later, never from inside
      if (asked.again_at > now_) continue;
      asked.again_at = now_ + dice_.between(100, 600) * ms;
      watch_.invoked(asked.number, asked.message, now_);
      machine.process->hosted->offer(asked.message, asked.number);
    }
  });
}

void ClusterWorld::operate() {
  for (Machine& machine : machines_)
    if (machine.unusable && !machine.up()) replace(machine, "its disk is damaged");
  Machine* machine = leader();
  if (!machine || paused(*machine)) return;
  run_in(*machine, [&] { repair(*machine); });
  if (!replica(*machine)) return;
  Process& process = *machine->process;
  const auto& members = replica(*machine)->core_inside().members();
  const consensus::Member& any = members[dice_.below(members.size())];
  if (!healed_ && plan_.transfers && process.hosted && dice_.chance(80) && any.id != machine->id && any.duty == consensus::Duty::voter) {
    process.given_up = process.hosted->term();
    process.given_up_at = now_;
    process.successor = any.id;
  }
}

// As a leader keeps its members by the book, and an operator the book: ids that are no more go, machines without a place get one,
// learners that caught up vote.
void ClusterWorld::repair(Machine& leader) {
  replication::Replica& its = *replica(leader);
  const std::vector<consensus::Member> members = its.core_inside().members();
  const auto attempt = [&](Change change) { return its.change(change) == Refusal::none; };
  for (const consensus::Member& member : members) {
    if (machine_of(member.id)) continue;
    attempt({Change::Kind::remove, member.id, false, false});
    return;
  }
  for (Machine& machine : machines_) {
    if (consensus::find(members, machine.id) || !machine.up()) continue;
    if (members.size() >= plan_.voters && !plan_.membership) continue;
    const bool witness = plan_.witness && index_of(machine) == 2;
    if (attempt({Change::Kind::add_learner, machine.id, witness, false})) tell(leader, "adds machine " + std::to_string(index_of(machine)));
    return;
  }
  for (const consensus::Member& member : members) {
    if (consensus::votes(member) || consensus::voters_in(members) >= plan_.voters) continue;
    const bool witness = plan_.witness && machine_of(member.id) == &machines_[2];
    if (attempt({Change::Kind::promote, member.id, witness, false})) tell(leader, "promotes machine " + std::to_string(index_of(*machine_of(member.id))));
    return;
  }
  if (healed_ || !plan_.membership || !dice_.chance(60) || consensus::voters_in(members) < 3) return;
  for (Machine& machine : machines_)
    if (!replica(machine) || replica(machine)->core_inside().suspect()) return;  // not while a disk that forgot is on its way back
  if (attempt({Change::Kind::remove, members[dice_.below(members.size())].id, false, false})) tell(leader, "removes a member");
}

// A new disk is somebody else, and comes as a learner.
void ClusterWorld::replace(Machine& machine, const char* why) {
  tell(machine, std::string("is replaced: ") + why);
  const NodeId before = machine.id;
  machine.disk.wipe();
  machine.unusable = false;
  machine.founds = 0;
  machine.id = fresh_id();
  for (Machine& other : machines_) {
    if (!other.up()) continue;
    const Nanoseconds local = other.clocks(now_).boottime;
    other.process->mesh->remove_peer(local, before);
    other.process->mesh->add_peer(local, machine.id, address_of(index_of(machine)));
  }
  if (!machine.up()) schedule(dice_.between(20, 300) * ms, What::start, index_of(machine));
}

}  // namespace tally::cluster_simulation
