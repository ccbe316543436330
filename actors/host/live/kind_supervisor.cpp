#include "actors/host/live/kind_supervisor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace tally::live {
namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

KindSupervisor::KindSupervisor(caf::actor_config& config, ShardContextPtr context, EntityKind kind, Cells cells)
    : caf::event_based_actor(config), context_(std::move(context)), kind_(kind), jitter_(static_cast<unsigned>(steady_ms())) {
  for (auto& cell : cells) {
    Child& child = children_[cell->ref().key];
    child.stream_version = cell->sequence();
    child.cell = std::move(cell);
  }
  set_down_handler([this](caf::down_msg& down) { failed(down); });
}

void KindSupervisor::on_exit() {
  for (auto& [key, child] : children_)
    if (child.actor) anon_send_exit(child.actor, caf::exit_reason::user_shutdown);
  children_.clear();
}

caf::behavior KindSupervisor::make_behavior() {
  return {
      [this](const RunPart& part) { begin(part); },
      [this](const RunResumed& resumed) { begin(resumed); },
      [this](TaskDone& report) { finished(report); },
      [this](const Retry& again) {
        if (step_ && step_->entry->offset == again.taken) retry(again.slot);
      },
      [this](Passive& passive) {
        Child& child = child_of(passive.key);
        child.actor = nullptr;
        child.cell = std::move(passive.cell);
        answered(passive.offset);
      },
      [this](const TakeSnapshot& ask) { take_snapshot(ask); },
      [this](const SnapshotTaken& taken) { answered(taken.offset); },
      [this](const InjectFault& fault) {
        faults_[fault.entity.key] = {fault.times, fault.cause};
      },
      [this](const AskState& ask) {
        const auto it = children_.find(ask.entity.key);
        if (it == children_.end()) return ask.answer->set_value(nullptr);
        if (it->second.cell) return ask.answer->set_value(it->second.cell->state_as_json());
        if (it->second.actor) return send(it->second.actor, ask);
        ask.answer->set_value(nullptr);
      },
      [this](const AskTree& ask) {
        std::vector<TreeRow> rows;
        const std::string path = context_->node + "/" + std::string(context_->shard.text()) + "/";
        for (const auto& [key, child] : children_) {
          const char* state = child.stopped ? "stopped" : child.restarting ? "restarting" : child.actor ? "running" : "passive";
          const auto waits = ask.waiting.find({kind_, key});
          const std::uint64_t waiting = waits == ask.waiting.end() ? child.outstanding : waits->second;
          rows.push_back({path, state, child.restarts, child.stream_version, waiting, child.last_input});
          rows.back().path += std::string(boost::describe::enum_to_string(kind_, "?")) + "/" + std::string(key.text());
        }
        std::sort(rows.begin(), rows.end(), [](const TreeRow& a, const TreeRow& b) { return a.path < b.path; });
        ask.rows->add(std::move(rows));
      },
  };
}

void KindSupervisor::begin(const RunPart& part) {
  shard_ = caf::actor_cast<caf::actor_addr>(current_sender());
  step_ = part.step;
  now_ms_ = steady_ms();
  resumed_ = false;
  slots_.clear();
  slots_.resize(part.count);
  open_ = part.count;
  for (std::uint32_t i = 0; i < part.count; ++i) {
    slots_[i].task = part.first + i;
    slots_[i].key = step_->plan.tasks[slots_[i].task].entity.key;
    hand_over(i);
  }
  close_if_done();
}

void KindSupervisor::begin(const RunResumed& resumed) {
  shard_ = caf::actor_cast<caf::actor_addr>(current_sender());
  step_ = resumed.step;
  now_ms_ = steady_ms();
  resumed_ = true;
  slots_.clear();
  slots_.resize(1);
  slots_[0].key = resumed.entity.key;
  slots_[0].trouble = std::make_unique<Trouble>();
  slots_[0].trouble->entries = resumed.entries;
  open_ = 1;
  child_of(resumed.entity.key).stopped = false;
  retry(0);
}

void KindSupervisor::hand_over(std::uint32_t slot) {
  const Task& task = step_->plan.tasks[slots_[slot].task];
  Child& child = child_of(task.entity.key);
  child.changed = true;
  child.last_input = step_->entry->offset;
  if (!task.decides && !child.actor) return fold_here(child, task, slot);
  child.slot = slot;
  ++child.outstanding;
  send(wake(child, task.entity.key), RunTask{step_, slots_[slot].task, slot, fault_for(task.entity.key, 1, step_->entry->offset)});
}

void KindSupervisor::fold_here(Child& child, const Task& task, std::uint32_t slot) {
  try {
    if (const auto fault = fault_for(task.entity.key, 1, step_->entry->offset)) throw std::runtime_error(*fault);
    if (!child.cell) child.cell = context_->program->make_cell(task.entity);
    child.cell->fold(*step_->entry, step_->plan.of(task));
    --open_;
  } catch (const std::exception& failure) {
    child.cell = nullptr;
    child.slot = slot;
    slot_failed(slot, failure.what(), 0);
  }
}

void KindSupervisor::finished(TaskDone& report) {
  Slot& slot = slots_[report.slot];
  Child& child = child_of(slot.key);
  --child.outstanding;
  child.restarting = false;
  slot.outputs = std::move(report.outputs);
  if (!slot.outputs.empty()) child.stream_version = slot.outputs.back().stream_sequence;
  if (slot.trouble && slot.trouble->stopping) {
    stop(report.slot);
  } else if (slot.trouble && slot.trouble->attempt > 1) {
    Restarted restarted{{{kind_, slot.key}, step_->entry->offset, slot.trouble->attempt - 1, slot.trouble->cause, report.replayed,
                         report.rebuild_us}};
    send(caf::actor_cast<caf::actor>(shard_), std::move(restarted));
  }
  --open_;
  close_if_done();
}

void KindSupervisor::failed(const caf::down_msg& down) {
  if (!down.reason) return;  // it became passive: nothing failed
  // A walk over all children, but only when one dies; an index would cost every one of them memory.
  const auto found = std::find_if(children_.begin(), children_.end(),
                                  [&](const auto& held) { return held.second.actor && held.second.actor.address() == down.source; });
  if (found == children_.end()) return;  // it was stopped
  Child& child = found->second;
  child.actor = nullptr;
  if (child.outstanding == 0) return;
  --child.outstanding;
  std::string cause = "actor ended";
  std::uint32_t taken = 0;
  if (down.reason.category() == caf::atom("system") && down.reason.context().match_elements<std::string, std::uint32_t>()) {
    cause = down.reason.context().get_as<std::string>(0);
    taken = down.reason.context().get_as<std::uint32_t>(1);
  }
  slot_failed(child.slot, std::move(cause), taken);
}

// The entity is gone; its journal is not.
void KindSupervisor::slot_failed(std::uint32_t index, std::string cause, std::uint32_t taken) {
  Slot& slot = slots_[index];
  Child& child = child_of(slot.key);
  child.restarting = true;
  ++child.restarts;
  count_restart();
  if (!slot.trouble) slot.trouble = std::make_unique<Trouble>();
  Trouble& trouble = *slot.trouble;
  trouble.cause = std::move(cause);
  if (trouble.entries.empty()) trouble.entries.push_back(step_->entry);
  if (++trouble.attempt <= context_->supervision.attempts_max) {
    delayed_send(this, std::chrono::milliseconds(backoff_ms(trouble.attempt)), Retry{index, step_->entry->offset});
    return;
  }
  trouble.stopping = true;
  for (std::size_t i = taken; i < trouble.entries.size(); ++i) trouble.waiting.push_back(trouble.entries[i]->offset);
  trouble.entries.resize(taken);
  if (!trouble.entries.empty()) return retry(index);
  stop(index);
  --open_;
  close_if_done();
}

void KindSupervisor::retry(std::uint32_t index) {
  const Slot& slot = slots_[index];
  const Trouble& trouble = *slot.trouble;
  Child& child = child_of(slot.key);
  child.slot = index;
  child.changed = true;
  child.last_input = step_->entry->offset;
  ++child.outstanding;
  const bool may_fail = !trouble.stopping && !trouble.entries.empty();
  const auto fault = may_fail ? fault_for(slot.key, trouble.attempt, trouble.entries.back()->offset) : nullptr;
  send(wake(child, slot.key), RunEntries{step_, trouble.entries, index, fault});
}

// Too many tries: the entity stays down, its inputs wait, and the step says so.
void KindSupervisor::stop(std::uint32_t index) {
  Slot& slot = slots_[index];
  const Trouble& trouble = *slot.trouble;
  Child& child = child_of(slot.key);
  child.stopped = true;
  child.restarting = false;
  if (child.actor) {
    send_exit(child.actor, caf::exit_reason::user_shutdown);
    child.actor = nullptr;
  }
  EntityStopped record{{kind_, slot.key}, trouble.waiting.front(), context_->supervision.attempts_max, trouble.cause, trouble.waiting};
  spdlog::error("{}: {} stopped on entry {} after {} attempts: {}", context_->shard.text(), text_of(record.entity), record.input,
                record.attempt, record.cause);
  slot.outputs.push_back({{}, 0, std::move(record)});
}

void KindSupervisor::close_if_done() {
  if (!step_ || open_ != 0) return;
  PartDone report{step_->entry->offset, kind_, resumed_, {}};
  std::size_t total = 0;
  for (const Slot& slot : slots_) total += slot.outputs.size();
  if (slots_.size() == 1) {
    report.outputs = std::move(slots_[0].outputs);
  } else {
    report.outputs.reserve(total);
    for (Slot& slot : slots_) std::move(slot.outputs.begin(), slot.outputs.end(), std::back_inserter(report.outputs));
  }
  step_ = nullptr;
  std::vector<Slot>().swap(slots_);  // ten thousand slots are not kept for the next step, which is most often small
  send(caf::actor_cast<caf::actor>(shard_), std::move(report));
}

// Between steps, and the shard waits: nobody has a task, so every state is as of `ask.offset`.
void KindSupervisor::take_snapshot(const TakeSnapshot& ask) {
  shard_ = caf::actor_cast<caf::actor_addr>(current_sender());
  std::vector<Journal::SnapshotRow> rows;
  rounds_open_ = 1;  // our own part
  for (auto& [key, child] : children_) {
    if (!child.changed || child.stopped) continue;
    child.changed = false;
    if (child.actor) {
      ++rounds_open_;
      send(child.actor, ask);
    } else if (child.cell) {
      rows.push_back({child.cell->ref(), ask.offset, child.cell->reducer_version(), child.cell->sequence(), child.cell->state_bytes()});
    }
  }
  if (!rows.empty()) context_->journal->put_snapshots(context_->shard, rows);
  passivate_idle(ask.offset);
  answered(ask.offset);
}

void KindSupervisor::answered(Offset offset) {
  if (--rounds_open_ == 0) send(caf::actor_cast<caf::actor>(shard_), SnapshotTaken{offset});
}

void KindSupervisor::passivate_idle(Offset offset) {
  const std::int64_t before = steady_ms() - context_->supervision.passivate_after_ms;
  for (auto& [key, child] : children_) {
    if (!child.actor || child.last_used_ms > before) continue;
    ++rounds_open_;
    send(child.actor, Passivate{offset});
  }
}

caf::actor KindSupervisor::wake(Child& child, Symbol key) {
  child.last_used_ms = now_ms_;
  if (!child.actor) {
    const EntityRef entity{kind_, key};
    if (!child.cell && !child.restarting && !child.stopped) child.cell = context_->program->make_cell(entity);
    child.actor = spawn<EntityActor>(context_, entity, std::move(child.cell));
    child.cell = nullptr;
    monitor(child.actor);
  }
  return child.actor;
}

std::shared_ptr<const std::string> KindSupervisor::fault_for(Symbol key, std::uint32_t attempt, Offset entry) {
  if (const auto it = faults_.find(key); it != faults_.end()) {
    auto cause = std::make_shared<const std::string>(it->second.cause);
    if (--it->second.times == 0) faults_.erase(it);
    return cause;
  }
  if (!context_->fault) return nullptr;
  std::string cause = context_->fault({kind_, key}, entry, attempt);
  return cause.empty() ? nullptr : std::make_shared<const std::string>(std::move(cause));
}

KindSupervisor::Child& KindSupervisor::child_of(Symbol key) { return children_[key]; }

std::int64_t KindSupervisor::backoff_ms(std::uint32_t attempt) {
  const SupervisionPolicy& policy = context_->supervision;
  const std::int64_t pause = std::min(policy.backoff_ms << std::min(attempt - 2, 20u), policy.backoff_ms_max);
  return pause / 2 + static_cast<std::int64_t>(jitter_() % static_cast<unsigned>(pause / 2 + 1));
}

// More restarts than the window allows are no longer this kind's to mend: the shard starts anew.
void KindSupervisor::count_restart() {
  const std::int64_t now = steady_ms();
  std::erase_if(restart_times_ms_, [&](std::int64_t at) { return at < now - context_->supervision.window_ms; });
  restart_times_ms_.push_back(now);
  if (restart_times_ms_.size() > context_->supervision.restarts_max) quit(caf::make_error(caf::sec::runtime_error, "restart budget spent"));
}

}  // namespace tally::live
