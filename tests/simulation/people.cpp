// Clients, who retry with the same command id, and an operator, who repairs and moves things about.
#include <algorithm>

#include "tests/simulation/world.hpp"

namespace tally::simulation {

using consensus::Change;
using consensus::Refusal;

void World::clients() {
  constexpr std::size_t unanswered_max = 60;
  if (!healed_ && unanswered_.size() < unanswered_max)
    for (std::size_t i = 1 + dice_.below(plan_.commands_at_once); i > 0; --i) unanswered_.push_back({++last_command_, 0});
  std::vector<CommandId> due;
  for (Command& command : unanswered_) {
    if (command.again_at > now_) continue;
    command.again_at = now_ + dice_.between(100, 500) * ms;
    due.push_back(command.id);
  }
  if (dice_.chance(300)) favourite_ = dice_.below(machines_.size());
  if (const Machine& hinted = machines_[favourite_]; hinted.up() && !paused(hinted))
    if (const Machine* leader = machine_of(hinted.core->leader())) favourite_ = index_of(*leader);
  for (const CommandId command : due) submit(command);

  Machine& machine = machines_[dice_.chance(700) ? favourite_ : dice_.below(machines_.size())];
  if (!machine.up() || paused(machine) || !dice_.chance(500)) return;
  const std::uint64_t id = ++last_read_;
  truth_.read_began(id);
  tick(machine);
  if (machine.core->read(id) != Refusal::none) truth_.forget_read(id);
  pump(machine);
}

void World::submit(CommandId command) {
  Machine& machine = machines_[favourite_];
  if (!machine.up() || paused(machine)) return;
  const Index known = truth_.first_of(command);
  if (known != 0 && known <= machine.applied) return answered(command, known);  // a retry gets the first answer
  std::vector<std::byte> payload(8 + dice_.below(plan_.payload_max));
  for (std::size_t i = 0; i < 8; ++i) payload[i] = static_cast<std::byte>(command >> (56 - 8 * i));
  tick(machine);
  const consensus::Proposed proposed = machine.core->propose(std::make_shared<const std::vector<std::byte>>(std::move(payload)));
  if (proposed.refusal == Refusal::none) machine.waiting[proposed.index] = {proposed.term, command};
  pump(machine);
}

void World::answered(CommandId command, Index index) {
  truth_.acknowledged(command, index);
  std::erase_if(unanswered_, [&](const Command& waiting) { return waiting.id == command; });
}

void World::operate() {
  Machine* machine = leader();
  if (!machine || paused(*machine)) return;
  tick(*machine);
  repair(*machine);
  const std::vector<consensus::Member>& members = machine->core->members();
  const consensus::Member& any = members[dice_.below(members.size())];
  const bool leads = machine->core->role() == consensus::Role::leader;
  if (!healed_ && plan_.transfers && dice_.chance(300) && leads && any.id != machine->id) return hand_over(*machine, any.id);
  pump(*machine);
}

// Wiped ids go, machines without a place get one, learners that caught up vote; now and then somebody is sent away.
void World::repair(Machine& leader) {
  Core& core = *leader.core;
  const auto attempt = [&](Change change) { return core.change(change) == Refusal::none; };
  const std::vector<consensus::Member> members = core.members();
  for (const consensus::Member& member : members) {
    if (!machine_of(member.id)) {
      attempt({Change::Kind::remove, member.id});
      return;
    }
  }
  const std::size_t wanted = std::max<std::size_t>(plan_.voters, 3);
  if (members.size() < plan_.machines && (plan_.membership || members.size() < plan_.voters)) {
    for (const Machine& machine : machines_) {
      if (consensus::find(members, machine.id)) continue;
      if (attempt({Change::Kind::add_learner, machine.id})) tell("a learner is added");
      return;
    }
  }
  for (const consensus::Member& member : members) {
    if (consensus::votes(member) || consensus::voters_in(members) >= wanted) continue;
    if (attempt({Change::Kind::promote, member.id})) tell("a learner is promoted");
    return;
  }
  if (healed_ || !plan_.membership || !dice_.chance(150) || consensus::voters_in(members) < 3) return;
  for (const Machine& machine : machines_)
    if (!machine.up() || machine.core->suspect()) return;  // not while a disk that forgot is on its way back
  if (attempt({Change::Kind::remove, members[dice_.below(members.size())].id})) tell("a member is removed");
}

}  // namespace tally::simulation
