#include "tests/simulation/truth.hpp"

namespace tally::simulation {
namespace {

void hold(bool holds, const char* what, std::uint64_t where) {
  if (!holds) throw Violation(std::string(what) + " (" + std::to_string(where) + ")");
}

}  // namespace

CommandId command_of(const LogEntry& entry) {
  if (entry.kind != consensus::EntryKind::command || entry.payload->size() < 8) return 0;
  CommandId id = 0;
  for (int i = 0; i < 8; ++i) id = id << 8 | std::to_integer<CommandId>((*entry.payload)[static_cast<std::size_t>(i)]);
  return id;
}

void Truth::begin(const consensus::Base& founding) {
  history_.push_back({1, 0, consensus::EntryKind::configuration, consensus::encode_members(founding.members), founding.chain});
  members_.push_back(founding.members);
  committed_by_.push_back(0);
}

void Truth::leads(const Core& core, Term term) {
  const auto [known, fresh] = leaders_.try_emplace(term, core.self());
  hold(fresh || known->second == core.self(), "election safety: two leaders in a term", term);
  if (core.term() != term || core.leader() != core.self()) return;  // over already
  const consensus::Log& log = core.log();
  // One that wins late, in a term that is over, need not have what newer leaders committed.
  Index must = end();
  while (must > 1 && committed_by_[must - 1] >= term) --must;
  hold(log.last() >= must, "leader completeness: a leader lacks what is committed", term);
  if (must < log.base().index) return;
  hold(log.chain_at(must) == at(must).chain, "leader completeness: a leader has another history", term);
  reigns_[core.self()] = {core.term(), log.last(), log.chain_at(log.last())};
}

void Truth::led_on(const Core& core) {
  Reign& reign = reigns_[core.self()];
  if (reign.term != core.term()) return;
  const consensus::Log& log = core.log();
  hold(log.last() >= reign.last, "leader append-only: a leader's log became shorter", core.term());
  if (reign.last >= log.base().index)
    hold(log.chain_at(reign.last) == reign.chain, "leader append-only: a leader changed its log", core.term());
  reign.last = log.last();
  reign.chain = log.chain_at(log.last());
}

void Truth::appended(const LogEntry& entry) {
  const auto [known, fresh] = chains_.try_emplace(entry.index * 1'000'003 + entry.term, entry.chain);
  hold(fresh || known->second == entry.chain, "log matching: two histories with one index and term", entry.index);
}

void Truth::committed(const LogEntry& entry, Term by) {
  if (entry.index <= end()) {
    hold(at(entry.index).chain == entry.chain, "state-machine safety: two entries committed at one index", entry.index);
    return;
  }
  hold(entry.index == end() + 1, "committed with a hole", entry.index);
  history_.push_back(entry);
  committed_by_.push_back(by);
  auto members = entry.kind == consensus::EntryKind::configuration ? consensus::decode_members(entry.payload) : std::nullopt;
  members_.push_back(members ? *members : members_.back());
  if (const CommandId command = command_of(entry)) first_.try_emplace(command, entry.index);
}

void Truth::based_on(const consensus::Base& base) {
  if (base.index == 0) return;  // a new node
  hold(base.index <= end(), "a base of what is not committed", base.index);
  hold(at(base.index).chain == base.chain, "a base of another history", base.index);
  hold(members_[base.index - 1] == base.members, "a base with members that were not committed there", base.index);
}

void Truth::within_bounds(const Core& core, const consensus::Settings& settings) {
  // Entries that begin a term always fit; there are few.
  const std::size_t log_max = settings.log_bytes_max + settings.append_bytes_max + 200 * consensus::entry_overhead;
  hold(core.memory_bytes() <= log_max, "memory: the log is larger than its bound", core.memory_bytes());
  if (core.role() != consensus::Role::leader) return;
  for (const consensus::Member& member : core.members()) {
    const consensus::Progress* follower = core.progress_of(member.id);
    if (!follower) continue;
    hold(follower->on_the_way.size() <= settings.window_messages_max, "memory: a window has too many messages", member.id);
    const std::size_t bytes_max = settings.window_bytes_max + settings.append_bytes_max + consensus::entry_overhead;
    hold(follower->on_the_way_bytes <= bytes_max, "memory: a window is too large", member.id);
  }
}

void Truth::acknowledged(CommandId command, Index index) {
  hold(first_of(command) != 0 && first_of(command) <= index, "a command was acknowledged that is not committed", command);
  acknowledged_[command] = first_of(command);
  known_ = std::max(known_, first_of(command));
}

void Truth::read_began(std::uint64_t id) { reads_[id] = known_; }

void Truth::read_ended(std::uint64_t id, Index seen) {
  const auto read = reads_.find(id);
  if (read == reads_.end()) return;
  hold(seen >= read->second, "linearizability: a read missed what a client knew before it began", seen);
  hold(seen <= end(), "linearizability: a read saw what is not committed", seen);
  known_ = std::max(known_, seen);
  reads_.erase(read);
}

void Truth::ordered(CommandId command, Term term) {
  hold(first_of(command) != 0, "effects: an order without a committed command", command);
  hold(ordered_.insert(command).second, "effects: the venue saw an order twice", command);
  hold(term >= ordered_term_, "effects: an order of an older leader came after one of a newer leader", term);
  ordered_term_ = term;
}

Index Truth::first_of(CommandId command) const {
  const auto found = first_.find(command);
  return found == first_.end() ? 0 : found->second;
}

void Truth::complete() const {
  for (const auto& [command, index] : acknowledged_)
    hold(first_of(command) == index, "an acknowledged command was lost", command);
  for (const auto& [command, index] : first_) hold(ordered_.contains(command), "effects: a committed order never left", command);
}

}  // namespace tally::simulation
