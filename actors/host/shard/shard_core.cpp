#include "actors/host/shard/shard_core.hpp"

#include <algorithm>
#include <stdexcept>

namespace tally {
namespace {

[[noreturn]] void broken(const char* law) { throw std::logic_error(std::string("shard core: ") + law); }

}  // namespace

void ShardCore::sequence_input(Entry& entry, Time now) {
  if (!idle()) broken("an input was sequenced while a cascade was under way");
  if (entry.events.empty()) broken("an input without events");
  entry.offset = state_.end + 1;
  entry.causation = 0;
  entry.correlation = entry.offset;
  entry.at = std::max(now, state_.now);
  fold(entry);
}

bool ShardCore::close_step(const Entry& taken, Entry& entry) {
  if (taken.offset != state_.cursor + 1) broken("steps are closed in offset order");
  if (taken.offset - state_.correlation >= cascade_max) broken("a cascade without end");
  state_.cursor = taken.offset;
  if (entry.events.empty()) return false;
  entry.offset = state_.end + 1;
  entry.causation = taken.offset;
  entry.correlation = taken.correlation;
  entry.at = taken.at;
  fold(entry);
  return true;
}

void ShardCore::park(const EntityRef& entity, Offset offset) {
  auto& waiting = state_.stopped.at(entity);
  if (waiting.empty() || waiting.back() < offset) waiting.push_back(offset);
}

std::vector<std::pair<EntityRef, std::vector<Offset>>> ShardCore::resumed_by(const Entry& entry) {
  std::vector<std::pair<EntityRef, std::vector<Offset>>> resumed;
  for (const Event& event : entry.events) {
    const auto* resume = std::get_if<EntityResumed>(&event.body);
    if (!resume) continue;
    if (auto it = state_.stopped.find(resume->entity); it != state_.stopped.end()) {
      resumed.emplace_back(it->first, std::move(it->second));
      state_.stopped.erase(it);
    }
  }
  return resumed;
}

void ShardCore::replay(const Entry& entry) {
  if (entry.offset != state_.end + 1) broken("replay met a gap");
  state_.cursor = state_.end;
  fold(entry);
}

std::optional<Deadline> ShardCore::next_deadline() const {
  if (state_.deadlines.empty()) return std::nullopt;
  return *state_.deadlines.begin();
}

void ShardCore::fold(const Entry& entry) {
  state_.end = entry.offset;
  state_.correlation = entry.correlation;
  state_.now = entry.at;
  for (const Event& event : entry.events) {
    if (const auto* set = std::get_if<DeadlineSet>(&event.body)) {
      state_.deadlines.insert({set->at, set->target, set->name});
    } else if (const auto* reached = std::get_if<DeadlineReached>(&event.body)) {
      state_.deadlines.erase({reached->at, reached->target, reached->name});
    } else if (const auto* stop = std::get_if<EntityStopped>(&event.body)) {
      state_.stopped[stop->entity] = stop->waiting;
    } else if (const auto* aside = std::get_if<InputQuarantined>(&event.body)) {
      if (auto it = state_.stopped.find(aside->entity); it != state_.stopped.end()) std::erase(it->second, aside->input);
    }
  }
}

}  // namespace tally
