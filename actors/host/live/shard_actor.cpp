#include "actors/host/live/shard_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/host/live/kind_supervisor.hpp"
#include "actors/host/shard/standby.hpp"
#include "messages/stored_codec.hpp"
#include "persistence/leadership_lost.hpp"

namespace tally::live {

ShardActor::ShardActor(caf::actor_config& config, ShardOptions options, ShardServices services, std::shared_ptr<CommitRelay> relay)
    : caf::event_based_actor(config),
      options_(std::move(options)),
      services_(std::move(services)),
      relay_(std::move(relay)),
      core_(options_.shard),
      routing_(options_.program->routing(options_.shard)),
      inlet_(options_.inlet_capacity) {
  ShardContext context;
  context.program = options_.program;
  context.journal = services_.journal;
  context.shard = options_.shard;
  context.node = services_.node;
  context.supervision = options_.supervision;
  context.fault = options_.fault;
  context_ = std::make_shared<const ShardContext>(std::move(context));
  // A kind that gave up takes the shard with it; the node starts the shard anew from the journal.
  set_down_handler([this](caf::down_msg& down) { quit(down.reason); });
  // Not a failure of ours: whoever leads now goes on from the journal.
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const LeadershipLost&) {
      return caf::make_error(caf::exit_reason::user_shutdown);
    } catch (...) {
      return default_exception_handler(this, thrown);
    }
  });
}

caf::behavior ShardActor::make_behavior() {
  recover();
  return {
      [this](Submit& input) { offer(std::move(input)); },
      [this](PartDone& part) { part_done(part); },
      [this](Restarted& restarted) {
        spdlog::warn("{}: {} restarted on entry {}: {}", core_.shard().text(), restarted.record.entity.key.text(),
                     restarted.record.input, restarted.record.cause);
        offer(own_input(std::move(restarted.record), "supervisor"));
      },
      [this](const Committed& commit) {
        if (commit.offset == 0) quit(caf::exit_reason::user_shutdown);   // led elsewhere: whoever waits hears UNKNOWN
        else committed(commit.offset);
      },
      [this](const LookAtClock&) { pump(); },
      [this](const SnapshotTaken&) {
        if (--snapshot_open_ > 0) return;
        const Journal::SnapshotRow row{core_row(core_.shard()), core_.state().end, core_version, 0, store_state(core_.state())};
        services_.journal->put_snapshots(core_.shard(), {&row, 1});
        snapshot_ticket_ = nullptr;
        pump();
      },
      [this](const InjectFault& fault) { send(kind_supervisor(fault.entity.kind), fault); },
      [this](const AskState& ask) { send(kind_supervisor(ask.entity.kind), ask); },
      [this](const AskTree& ask) {
        while (!recovered_.empty()) kind_supervisor(recovered_.begin()->first);
        ask.rows->open = kinds_.size() + 1;
        AskTree asked = ask;
        for (const auto& [entity, entries] : core_.state().stopped) asked.waiting[entity] = entries.size();
        for (const auto& [kind, supervisor] : kinds_) send(supervisor, asked);
        ask.rows->add({own_row()});
      },
  };
}

void ShardActor::on_exit() {
  relay_->leave(caf::actor_cast<caf::actor_addr>(this));
  for (auto& [kind, supervisor] : kinds_) anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  kinds_.clear();
  answers_.clear();
  inlet_ = Inlet<Submit>(options_.inlet_capacity);   // the node keeps this actor's handle, and whoever settles waits for these tickets
  snapshot_ticket_ = nullptr;
}

// From the journal to where it ended; then the step that was open, then live.
void ShardActor::recover() {
  term_ = services_.journal->take_over(core_.shard());  // all that is there is committed
  const Offset end = services_.journal->end(core_.shard());
  // A standby serves one start; after a failure the journal is read anew.
  const auto standby = options_.standby && options_.standby->unused() ? options_.standby
                                                                      : std::make_shared<Standby>(*options_.program, core_.shard(), *services_.journal);
  standby->follow(end);
  const EntryPtr open_step = standby->last();
  core_ = standby->take_core();
  for (auto& [entity, cell] : standby->take_cells()) recovered_[entity.kind].push_back(std::move(cell));
  if (end > 0) last_recorded_ = services_.journal->read(core_.shard(), end, 1).at(0)->recorded_at;
  gate_ = std::make_unique<EffectGate>(term_, end);
  reported_ = end;
  snapshot_at_ = end;
  relay_->lead_to(caf::actor_cast<caf::actor_addr>(this));
  inlet_.offer(own_input(ShardStarted{services_.node, services_.build, services_.time->now()}, "node"));
  if (open_step) begin_step(open_step);
  pump();
}

Submit ShardActor::own_input(Message message, std::string producer) const {
  return {std::move(message), {}, std::move(producer), std::make_shared<Ticket>(services_.work, nullptr)};
}

void ShardActor::offer(Submit input) {
  const auto ticket = input.ticket;
  if (!services_.journal->accepts_commands() && !reserved(input.message)) return ticket->answer({false, "DISK_RESERVE", 0, {}});
  if (!inlet_.offer(std::move(input))) return ticket->answer({false, "INLET_FULL", 0, {}});
  pump();
}

// Takes inputs while nothing is under way.
void ShardActor::pump() {
  while (!step_ && snapshot_open_ == 0 && core_.idle() && core_.state().end - services_.journal->committed(core_.shard()) < uncommitted_max) {
    if (take_due_deadline()) continue;
    auto input = inlet_.next();
    if (!input) break;
    sequence(std::move(*input));
  }
  arm_timer();
}

bool ShardActor::take_due_deadline() {
  const auto deadline = core_.next_deadline();
  if (!deadline || deadline->at > services_.time->now()) return false;
  sequence(own_input(DeadlineReached{deadline->target, deadline->name, deadline->at}, "timer"));
  return true;
}

void ShardActor::sequence(Submit input) {
  auto entry = std::make_shared<Entry>();
  std::vector<Message> captured;
  if (options_.capture) options_.capture(input.message, captured);
  for (Message& fact : captured) entry->events.push_back({{}, 0, std::move(fact)});
  entry->events.push_back({{}, 0, std::move(input.message)});
  for (Message& message : input.more) entry->events.push_back({{}, 0, std::move(message)});
  entry->producer = std::move(input.producer);
  core_.sequence_input(*entry, services_.time->now());
  answers_[entry->offset] = {0, std::move(input.ticket), {true, {}, entry->offset, {}}};
  stamp(*entry);
  append(entry, false);
  begin_step(entry);
}

// The two fields in which hosts differ.
void ShardActor::stamp(Entry& entry) {
  last_recorded_ = std::max(last_recorded_, wall_clock());
  entry.recorded_at = last_recorded_;
  entry.term = term_;
}

// A cascade is one sync: it begins with the entry that lets an order out, or at the cascade's end.
void ShardActor::append(EntryPtr entry, bool effect) {
  tail_.push_back(entry);
  services_.journal->append(core_.shard(), entry->offset, {&entry, 1}, effect ? Commit::now : Commit::soon);
}

void ShardActor::begin_step(EntryPtr entry) {
  step_ = std::make_shared<Step>();
  step_->entry = std::move(entry);
  resumed_outputs_.clear();
  resuming_.clear();
  const auto resumed = core_.resumed_by(*step_->entry);
  routing_->plan(*step_->entry, step_->plan);
  auto& tasks = step_->plan.tasks;
  for (const auto& [entity, waiting] : resumed) {
    RunResumed run{nullptr, entity, {}};
    for (Offset offset : waiting) run.entries.push_back(services_.journal->read(core_.shard(), offset, 1).at(0));
    if (std::erase_if(tasks, [&](const Task& task) { return task.entity == entity; }) > 0) run.entries.push_back(step_->entry);
    resuming_.push_back(std::move(run));  // without entries too: everything that waited may have been set aside
  }
  if (!core_.state().stopped.empty())
    std::erase_if(tasks, [&](const Task& task) {
      if (!core_.stopped(task.entity)) return false;
      core_.park(task.entity, step_->entry->offset);
      return true;
    });
  run_parts();
}

// First what was resumed, one after the other; then the plan, all kinds at once.
void ShardActor::run_parts() {
  parts_.clear();
  if (!resuming_.empty()) {
    RunResumed run = std::move(resuming_.front());
    resuming_.erase(resuming_.begin());
    run.step = step_;
    parts_open_ = 1;
    return send(kind_supervisor(run.entity.kind), std::move(run));
  }
  const auto& tasks = step_->plan.tasks;
  for (std::uint32_t first = 0; first < tasks.size();) {
    std::uint32_t last = first;
    while (last < tasks.size() && tasks[last].entity.kind == tasks[first].entity.kind) ++last;
    parts_.emplace_back(tasks[first].entity.kind, std::vector<Event>());
    send(kind_supervisor(tasks[first].entity.kind), RunPart{step_, first, last - first});
    first = last;
  }
  parts_open_ = parts_.size();
  if (parts_open_ == 0) close_step();
}

void ShardActor::part_done(PartDone& part) {
  if (!step_ || part.taken != step_->entry->offset) return;
  --parts_open_;
  if (part.resumed) {
    std::move(part.outputs.begin(), part.outputs.end(), std::back_inserter(resumed_outputs_));
    run_parts();
  } else {
    const auto place = std::find_if(parts_.begin(), parts_.end(), [&](const auto& p) { return p.first == part.kind; });
    place->second = std::move(part.outputs);
    if (parts_open_ == 0) close_step();
  }
  pump();
}

void ShardActor::close_step() {
  auto entry = std::make_shared<Entry>();
  entry->events = std::move(resumed_outputs_);
  for (auto& [kind, outputs] : parts_) {
    if (entry->events.empty()) entry->events = std::move(outputs);
    else std::move(outputs.begin(), outputs.end(), std::back_inserter(entry->events));
  }
  stamp(*entry);
  const EntryPtr taken = step_->entry;
  step_ = nullptr;
  if (!core_.close_step(*taken, *entry)) return cascade_ended();
  const bool effect = std::any_of(entry->events.begin(), entry->events.end(), [](const Event& e) { return port_of(e) != Port::none; });
  append(entry, effect);
  begin_step(entry);
}

void ShardActor::cascade_ended() {
  services_.journal->append(core_.shard(), core_.state().end + 1, {}, Commit::now);
  if (const auto it = answers_.find(core_.state().correlation); it != answers_.end()) {
    it->second.last = core_.state().end;
    // Its commit may have been reported already, before anyone knew that nothing more would follow. What the journal says by
    // now would not do: another leader's entries may stand at these offsets.
    if (reported_ >= it->second.last) send(this, Committed{it->second.last});
  }
  snapshot_if_due();
}

void ShardActor::committed(Offset offset) {
  reported_ = std::max(reported_, offset);
  while (!tail_.empty() && tail_.front()->offset <= offset) {
    const EntryPtr entry = std::move(tail_.front());
    tail_.pop_front();
    gate_->release(*entry, [&](const Entry& standing, const Event& event, Port port) {
      if (options_.effect) options_.effect(standing, event, port);
    });
    if (const auto it = answers_.find(entry->correlation); it != answers_.end() && it->second.ticket->wanted())
      it->second.outcome.cascade.push_back(entry);
  }
  while (!answers_.empty()) {
    const auto it = answers_.begin();
    if (it->second.last == 0 || (!tail_.empty() && tail_.front()->offset <= it->second.last)) break;
    const Answer answer = std::move(it->second);
    answers_.erase(it);
    answer.ticket->answer(answer.outcome);
  }
  pump();
}

void ShardActor::arm_timer() {
  if (services_.time->mode() != TimeAuthority::Mode::live || step_) return;
  const auto deadline = core_.next_deadline();
  if (!deadline || deadline->at == timer_at_) return;
  timer_at_ = deadline->at;
  const std::int64_t pause = std::max<std::int64_t>(0, deadline->at - services_.time->now());
  delayed_send(this, std::chrono::nanoseconds(pause), LookAtClock{});
}

TreeRow ShardActor::own_row() const {
  return {services_.node + "/" + std::string(core_.shard().text()), "running", 0, core_.state().end, inlet_.size(), core_.state().cursor};
}

void ShardActor::snapshot_if_due() {
  if (core_.state().end - snapshot_at_ >= options_.snapshot_every && !kinds_.empty()) snapshot_round();
}

void ShardActor::snapshot_round() {
  snapshot_at_ = core_.state().end;
  snapshot_open_ = kinds_.size();
  snapshot_ticket_ = std::make_shared<Ticket>(services_.work, nullptr);
  for (auto& [kind, supervisor] : kinds_) send(supervisor, TakeSnapshot{snapshot_at_});
}

caf::actor& ShardActor::kind_supervisor(EntityKind kind) {
  auto& supervisor = kinds_[kind];
  if (!supervisor) {
    supervisor = spawn<KindSupervisor>(context_, kind, std::move(recovered_[kind]));
    recovered_.erase(kind);
    monitor(supervisor);
  }
  return supervisor;
}

}  // namespace tally::live
