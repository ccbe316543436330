#include "actors/host/deterministic/deterministic_host.hpp"

#include <algorithm>
#include <stdexcept>

namespace tally {

Offset DeterministicHost::submit(std::vector<Message> messages, Time now, std::string producer) {
  current_.events.clear();
  for (Message& message : messages) current_.events.push_back({{}, 0, std::move(message)});
  current_.producer = std::move(producer);
  return run_input(now);
}

Offset DeterministicHost::submit(Message message, Time now) {
  current_.events.clear();
  current_.events.push_back({{}, 0, std::move(message)});
  current_.producer.clear();
  return run_input(now);
}

void DeterministicHost::recover() {
  Replayer replayer(program_, core_, *journal_, [this](const EntityRef& e) -> AnyCell& { return cell(e); });
  replayer.run(journal_->end(core_.shard()));
  if (!replayer.last()) return;
  current_ = *replayer.last();
  run_cascade();
}

AnyCell& DeterministicHost::cell(const EntityRef& entity) {
  auto& held = slot(entity);
  if (!held) held = program_.make_cell(entity);
  return *held;
}

std::unique_ptr<AnyCell>& DeterministicHost::slot(const EntityRef& entity) {
  auto& kind = cells_.at(static_cast<std::size_t>(entity.kind));
  if (entity.key.index() >= kind.size()) kind.resize(entity.key.index() + 1);
  return kind[entity.key.index()];
}

void DeterministicHost::advance(Time now) {
  while (auto deadline = core_.next_deadline()) {
    if (deadline->at > now) return;
    submit(Message(DeadlineReached{deadline->target, deadline->name, deadline->at}), deadline->at);
  }
}

Offset DeterministicHost::run_input(Time now) {
  core_.sequence_input(current_, now);
  current_.recorded_at = current_.at;
  append_(current_);
  const Offset offset = current_.offset;
  run_cascade();
  return offset;
}

void DeterministicHost::run_cascade() {
  for (;;) {
    next_.events.clear();
    run_step();
    next_.producer.clear();
    if (!core_.close_step(current_, next_)) return;
    next_.recorded_at = current_.recorded_at;
    append_(next_);
    std::swap(current_, next_);
  }
}

void DeterministicHost::run_step() {
  const auto resumed = core_.resumed_by(current_);
  routing_->plan(current_, plan_);
  for (const auto& [entity, waiting] : resumed) run_resumed(entity, waiting);
  for (const Task& task : plan_.tasks) {
    if (!core_.state().stopped.empty() && core_.stopped(task.entity)) {
      core_.park(task.entity, current_.offset);
    } else if (std::any_of(resumed.begin(), resumed.end(), [&](const auto& r) { return r.first == task.entity; })) {
      continue;  // it took this entry after what waited
    } else {
      run_task(task);
    }
  }
}

void DeterministicHost::run_task(const Task& task) {
  const std::size_t before = next_.events.size();
  try {
    if (fault_) fail_if_asked(task.entity, current_.offset, 1);
    cell(task.entity).take(current_, plan_.of(task), current_.at, next_.events);
  } catch (const std::exception& failure) {
    if (!journal_) throw;
    next_.events.resize(before);
    retry(task.entity, {current_.offset}, 2, failure.what());
  }
}

// A resumed entity takes what waited and then this entry, in order.
void DeterministicHost::run_resumed(const EntityRef& entity, std::vector<Offset> waiting) {
  if (std::any_of(plan_.tasks.begin(), plan_.tasks.end(), [&](const Task& task) { return task.entity == entity; }))
    waiting.push_back(current_.offset);
  retry(entity, waiting, 1, {});
}

// Rebuilds the entity and lets it take these entries in order, again and again. Where it throws too often, that it
// stopped is recorded, with the entry it failed on and what comes after it as waiting.
void DeterministicHost::retry(const EntityRef& entity, const std::vector<Offset>& entries, std::uint32_t attempt, std::string cause) {
  const std::size_t before = next_.events.size();
  std::size_t done = 0;  // entries that the last try got through
  const auto take_first = [&](std::size_t count, bool faults) {
    slot(entity) = Rebuilder(program_, *journal_, core_.shard()).rebuild(entity, current_.offset).cell;
    for (done = 0; done < count; ++done) {
      if (fault_ && faults && done + 1 == entries.size()) fail_if_asked(entity, entries[done], attempt);
      take(entity, entries[done]);
    }
  };
  for (; attempt <= attempts_max; ++attempt) {
    try {
      return take_first(entries.size(), true);
    } catch (const std::exception& failure) {
      cause = failure.what();
      next_.events.resize(before);
    }
  }
  const std::size_t taken = done;
  take_first(taken, false);
  slot(entity) = nullptr;
  next_.events.push_back({{}, 0, EntityStopped{entity, entries[taken], attempts_max, cause, {entries.begin() + taken, entries.end()}}});
}

void DeterministicHost::fail_if_asked(const EntityRef& entity, Offset offset, std::uint32_t attempt) const {
  if (const std::string cause = fault_(entity, offset, attempt); !cause.empty()) throw std::runtime_error(cause);
}

void DeterministicHost::take(const EntityRef& entity, Offset offset) {
  const EntryPtr waited = offset == current_.offset ? nullptr : journal_->read(core_.shard(), offset, 1).at(0);
  const Entry& entry = waited ? *waited : current_;
  routing_->deliveries_of(entry, entity, deliveries_);
  cell(entity).take(entry, deliveries_, current_.at, next_.events);
}

}  // namespace tally
