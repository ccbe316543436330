#include "actors/host/live/entity_actor.hpp"

#include <chrono>

namespace tally::live {

EntityActor::EntityActor(caf::actor_config& config, ShardContextPtr context, EntityRef entity, std::shared_ptr<AnyCell> cell)
    : caf::event_based_actor(config), context_(std::move(context)), entity_(entity), cell_(std::move(cell)) {
  set_exception_handler([this](std::exception_ptr& thrown) {
    std::string cause = "unknown exception";
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
      cause = failure.what();
    } catch (...) {
    }
    return caf::make_error(caf::sec::runtime_error, std::move(cause), done_);
  });
}

caf::behavior EntityActor::make_behavior() {
  return {
      [this](const RunTask& task) { return run(task); },
      [this](const RunEntries& entries) { return run(entries); },
      [this](const Passivate& passivate) {
        quit();
        return Passive{entity_.key, std::move(cell_), passivate.offset};
      },
      [this](const TakeSnapshot& snapshot) {
        const Journal::SnapshotRow row{entity_, snapshot.offset, cell_->reducer_version(), cell_->sequence(), cell_->state_bytes()};
        context_->journal->put_snapshots(context_->shard, {&row, 1});
        return SnapshotTaken{snapshot.offset};
      },
      [this](const AskState& ask) { ask.answer->set_value(cell_ ? cell_->state_as_json() : boost::json::value()); },
  };
}

TaskDone EntityActor::run(const RunTask& run) {
  done_ = 0;
  fail_if_asked(run.fault);
  const Task& task = run.step->plan.tasks[run.task];
  TaskDone report{run.slot, {}, 0, 0};
  cell_->take(*run.step->entry, run.step->plan.of(task), run.step->entry->at, report.outputs);
  return report;
}

TaskDone EntityActor::run(const RunEntries& run) {
  const auto began = std::chrono::steady_clock::now();
  done_ = 0;
  Rebuilt rebuilt = Rebuilder(*context_->program, *context_->journal, context_->shard).rebuild(entity_, run.step->entry->offset);
  cell_ = std::move(rebuilt.cell);
  const auto took = std::chrono::steady_clock::now() - began;
  TaskDone report{run.slot, {}, rebuilt.replayed, std::chrono::duration_cast<std::chrono::microseconds>(took).count()};
  const auto routing = context_->program->routing(context_->shard);
  std::vector<Delivery> deliveries;
  for (const EntryPtr& entry : run.entries) {
    if (done_ + 1 == run.entries.size()) fail_if_asked(run.fault);
    routing->deliveries_of(*entry, entity_, deliveries);
    cell_->take(*entry, deliveries, run.step->entry->at, report.outputs);
    ++done_;
  }
  return report;
}

void EntityActor::fail_if_asked(const std::shared_ptr<const std::string>& fault) const {
  if (fault) throw std::runtime_error(*fault);
}

}  // namespace tally::live
