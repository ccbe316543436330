// The supervisor of all entities of one kind in a shard: hands tasks to them, collects what they decide, restarts
// those that die.
//
//   first task ──> running ──throws──> restarting ──rebuilt, takes it──> running
//   (or passive)      │                    │ attempts_max tries
//        ▲            │ idle               ▼
//        └──passive<──┘                 stopped ──resumed by an operator──> restarting
//
// A passive entity is its state without an actor; what it only folds is folded here, what it decides wakes it.
#pragma once

#include <random>
#include <unordered_map>

#include "actors/host/live/entity_actor.hpp"

namespace tally::live {

class KindSupervisor : public caf::event_based_actor {
 public:
  using Cells = std::vector<std::shared_ptr<AnyCell>>;

  // `cells`: the entities that were recovered; they begin passive.
  KindSupervisor(caf::actor_config& config, ShardContextPtr context, EntityKind kind, Cells cells);

  caf::behavior make_behavior() override;
  const char* name() const override { return "kind"; }
  void on_exit() override;

 private:
  struct Child {
    caf::actor actor;                  // null: passive, stopped or new
    std::shared_ptr<AnyCell> cell;     // passive only
    bool stopped = false;
    bool restarting = false;
    bool changed = false;              // since its last snapshot
    std::uint64_t restarts = 0;
    std::uint64_t stream_version = 0;
    Offset last_input = 0;
    std::int64_t last_used_ms = 0;
    std::uint32_t outstanding = 0;
    std::uint32_t slot = 0;            // of its task in the part under way
  };
  // A task that failed, or that an entity takes when it is resumed.
  struct Trouble {
    std::uint32_t attempt = 1;
    std::vector<EntryPtr> entries;     // taken one by one after a rebuild
    std::string cause;                 // of the last failure
    bool stopping = false;             // runs what it can before it is recorded as stopped
    std::vector<Offset> waiting;       // then
  };
  // One task of the part under way.
  struct Slot {
    Symbol key;
    std::uint32_t task = 0;
    std::vector<Event> outputs;
    std::unique_ptr<Trouble> trouble;  // rarely
  };
  struct Fault {
    std::uint32_t times = 0;
    std::string cause;
  };

  void begin(const RunPart& part);
  void begin(const RunResumed& resumed);
  void hand_over(std::uint32_t slot);
  void fold_here(Child& child, const Task& task, std::uint32_t slot);
  void retry(std::uint32_t slot);
  void finished(TaskDone& report);
  void failed(const caf::down_msg& down);
  void slot_failed(std::uint32_t slot, std::string cause, std::uint32_t taken);
  void stop(std::uint32_t slot);
  void close_if_done();
  void passivate_idle(Offset offset);
  void take_snapshot(const TakeSnapshot& ask);
  void answered(Offset offset);
  caf::actor wake(Child& child, Symbol key);
  std::shared_ptr<const std::string> fault_for(Symbol key, std::uint32_t attempt, Offset entry);
  Child& child_of(Symbol key);
  std::int64_t backoff_ms(std::uint32_t attempt);
  void count_restart();

  ShardContextPtr context_;
  EntityKind kind_;
  caf::actor_addr shard_;
  std::unordered_map<Symbol, Child> children_;
  std::unordered_map<Symbol, Fault> faults_;            // injected, still to come

  StepPtr step_;
  bool resumed_ = false;
  std::vector<Slot> slots_;
  std::size_t open_ = 0;                                // slots not finished
  std::int64_t now_ms_ = 0;                             // when the part began

  std::size_t rounds_open_ = 0;                         // answers a snapshot round waits for
  std::vector<std::int64_t> restart_times_ms_;          // within the window
  std::minstd_rand jitter_;
};

}  // namespace tally::live
