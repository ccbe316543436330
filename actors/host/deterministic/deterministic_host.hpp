// One shard on one thread with direct calls and virtual time: backtests, verification, simulation and tests.
//
// Law: given the same inputs at the same positions it appends the same entries as the live host, apart from
// recorded_at and term.
#pragma once

#include <functional>
#include <string>

#include "actors/host/shard/replayer.hpp"

namespace tally {

template <class Topology>
class DeterministicHost {
 public:
  // Where entries go. The pointee is reused after the call returns: copy or encode what must stay.
  using Append = std::function<void(const Entry&)>;
  // Asked before each try of an entity on an entry, attempts counted from 1: an injected failure's cause, or empty.
  using Fault = std::function<std::string(const EntityRef&, Offset, std::uint32_t attempt)>;

  static constexpr std::uint32_t attempts_max = 3;

  // `journal` is needed to rebuild failed and resumed entities; null where neither can happen.
  DeterministicHost(Symbol shard, Append append, const Journal* journal = nullptr)
      : core_(shard), router_(shard), append_(std::move(append)), journal_(journal) {}

  // Runs one outside input and its whole cascade. Returns the input's offset.
  Offset submit(std::vector<Message> messages, Time now, std::string producer = {}) {
    Entry& entry = current_;
    entry.events.clear();
    for (Message& message : messages) entry.events.push_back({{}, 0, std::move(message)});
    entry.producer = std::move(producer);
    return run_input(now);
  }
  Offset submit(Message message, Time now) {
    current_.events.clear();
    current_.events.push_back({{}, 0, std::move(message)});
    current_.producer.clear();
    return run_input(now);
  }

  // Fires every deadline up to `now`, in order, each as an input at its own time.
  void advance(Time now) {
    while (auto deadline = core_.next_deadline()) {
      if (deadline->at > now) return;
      submit(Message(DeadlineReached{deadline->target, deadline->name, deadline->at}), deadline->at);
    }
  }

  // Goes on where a journal ends: replays it, then closes the step that was open.
  void recover(const Journal& journal) {
    Replayer<Topology> replayer(core_, journal, [this](const EntityRef& e) -> AnyCell& { return cell(e); });
    const Offset end = journal.end(core_.shard());
    for (Offset next = 1; next <= end;) {
      const auto entries = journal.read(core_.shard(), next, 256);
      for (const EntryPtr& entry : entries) replayer.feed(entry);
      next = entries.back()->offset + 1;
    }
    if (!replayer.last()) return;
    current_ = *replayer.last();
    run_cascade();
  }

  void on_fault(Fault fault) { fault_ = std::move(fault); }

  const ShardCore& core() const { return core_; }

  AnyCell& cell(const EntityRef& entity) {
    auto& held = slot(entity);
    if (!held) held = make_cell<Topology>(entity);
    return *held;
  }
  template <class E>
  const typename E::State& state(std::string_view key) {
    return static_cast<TypedCell<E>&>(cell({E::kind, Symbol(key)})).state();
  }
  template <class Visit>
  void for_each_cell(Visit visit) {
    for (auto& kind : cells_)
      for (auto& held : kind)
        if (held) visit(*held);
  }

 private:
  Offset run_input(Time now) {
    core_.sequence_input(current_, now);
    current_.recorded_at = current_.at;
    append_(current_);
    const Offset offset = current_.offset;
    run_cascade();
    return offset;
  }

  // Takes current_ and whatever follows from it.
  void run_cascade() {
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

  void run_step() {
    const auto resumed = core_.resumed_by(current_);
    router_.plan(current_, plan_);
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

  void run_task(const Task& task) {
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
  void run_resumed(const EntityRef& entity, std::vector<Offset> waiting) {
    if (std::any_of(plan_.tasks.begin(), plan_.tasks.end(), [&](const Task& task) { return task.entity == entity; }))
      waiting.push_back(current_.offset);
    retry(entity, waiting, 1, {});
  }

  // Rebuilds the entity and lets it take these entries in order, again and again. Where it throws too often, that it
  // stopped is recorded, with the entry it failed on and what comes after it as waiting.
  void retry(const EntityRef& entity, const std::vector<Offset>& entries, std::uint32_t attempt, std::string cause) {
    const std::size_t before = next_.events.size();
    std::size_t done = 0;  // entries that the last try got through
    const auto take_first = [&](std::size_t count, bool faults) {
      slot(entity) = Rebuilder<Topology>(*journal_, core_.shard()).rebuild(entity, current_.offset).cell;
      for (done = 0; done < count; ++done) {
        if (fault_ && faults) fail_if_asked(entity, entries[done], attempt);
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
    next_.events.push_back({{}, 0, EntityStopped{entity, entries[taken], attempts_max, cause, {entries.begin() + taken, entries.end()}}});
  }

  void fail_if_asked(const EntityRef& entity, Offset offset, std::uint32_t attempt) const {
    if (const std::string cause = fault_(entity, offset, attempt); !cause.empty()) throw std::runtime_error(cause);
  }

  void take(const EntityRef& entity, Offset offset) {
    const EntryPtr waited = offset == current_.offset ? nullptr : journal_->read(core_.shard(), offset, 1).at(0);
    const Entry& entry = waited ? *waited : current_;
    router_.deliveries_of(entry, entity, deliveries_);
    cell(entity).take(entry, deliveries_, current_.at, next_.events);
  }

  // Dense by the key's symbol, so that finding a cell is an index.
  std::unique_ptr<AnyCell>& slot(const EntityRef& entity) {
    auto& kind = cells_[Topology::index_of_kind(entity.kind)];
    if (entity.key.index() >= kind.size()) kind.resize(entity.key.index() + 1);
    return kind[entity.key.index()];
  }

  ShardCore core_;
  Router<Topology> router_;
  Append append_;
  const Journal* journal_;
  Fault fault_;
  Plan plan_;
  std::vector<Delivery> deliveries_;
  Entry current_;
  Entry next_;
  std::array<std::vector<std::unique_ptr<AnyCell>>, Topology::entity_count> cells_;
};

}  // namespace tally
