// What the actors of a node say to each other. All local to one process: shared immutable entries, never handles in a
// journal or on a wire.
#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "actors/host/live/node.hpp"

namespace tally::live {

// One step of a shard: the entry taken and who takes what of it.
struct Step {
  EntryPtr entry;
  Plan plan;
};
using StepPtr = std::shared_ptr<const Step>;

// shard -> kind: run your tasks [first, first + count) of this step.
struct RunPart {
  StepPtr step;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
// shard -> kind: a resumed entity takes these entries, at the moment of the last.
struct RunResumed {
  StepPtr step;
  EntityRef entity;
  std::vector<EntryPtr> entries;
};
// kind -> shard: outputs in the order of the tasks.
struct PartDone {
  Offset taken = 0;
  EntityKind kind = EntityKind::none;
  bool resumed = false;
  std::vector<Event> outputs;
};
// kind -> shard: an entity was restarted and got through.
struct Restarted {
  EntityRestarted record;
};

// kind -> entity: your task of this step. Answered by TaskDone, or by the actor's death.
struct RunTask {
  StepPtr step;
  std::uint32_t task = 0;         // in the step's plan
  std::uint32_t slot = 0;         // the kind's own count
  std::shared_ptr<const std::string> fault;   // thrown instead, where set
};
// kind -> entity: be rebuilt as before `step`'s entry, then take these entries, at that entry's moment.
struct RunEntries {
  StepPtr step;
  std::vector<EntryPtr> entries;
  std::uint32_t slot = 0;
  std::shared_ptr<const std::string> fault;
};
struct TaskDone {
  std::uint32_t slot = 0;
  std::vector<Event> outputs;
  std::uint64_t replayed = 0;     // entries read where it was rebuilt first
  std::int64_t rebuild_us = 0;
};

// kind -> entity: give up your actor, keep your state.
struct Passivate {
  Offset offset = 0;
};
struct Passive {
  Symbol key;
  std::shared_ptr<AnyCell> cell;
  Offset offset = 0;
};
// kind, to itself, after a pause: try again what failed.
struct Retry {
  std::uint32_t slot = 0;
  Offset taken = 0;
};

// shard -> kind -> entity: write snapshot rows as of `offset`; answered when they are handed to the journal.
struct TakeSnapshot {
  Offset offset = 0;
};
struct SnapshotTaken {
  Offset offset = 0;
};

struct InjectFault {
  EntityRef entity;
  std::uint32_t times = 0;
  std::string cause;
};
struct AskState {
  EntityRef entity;
  std::shared_ptr<std::promise<boost::json::value>> answer;
};
// Answered when every kind has added its rows.
struct TreeRows {
  std::mutex mutex;
  std::size_t open = 0;
  std::vector<TreeRow> rows;
  std::promise<std::vector<TreeRow>> answer;

  void add(std::vector<TreeRow> more) {
    std::lock_guard lock(mutex);
    std::move(more.begin(), more.end(), std::back_inserter(rows));
    if (--open == 0) answer.set_value(std::move(rows));
  }
};
struct AskTree {
  std::shared_ptr<TreeRows> rows;
  std::map<EntityRef, std::uint64_t> waiting{};   // entries that stopped entities have not taken
};

// How much is under way, over all shards and ports; what Node::settle() waits for.
class Work {
 public:
  void begun() { open_.fetch_add(1); }
  void finished() {
    if (open_.fetch_sub(1) != 1) return;
    std::lock_guard lock(mutex_);
    settled_.notify_all();
  }
  void settle() {
    std::unique_lock lock(mutex_);
    settled_.wait(lock, [&] { return open_.load() == 0; });
  }

 private:
  std::atomic<std::int64_t> open_{0};
  std::mutex mutex_;
  std::condition_variable settled_;
};

// Travels with an input and is answered exactly once, whatever becomes of the actors on the way: where nobody
// answered, the input may or may not stand in the journal.
class Ticket {
 public:
  Ticket(std::shared_ptr<Work> work, Node::Done done) : work_(std::move(work)), done_(std::move(done)) { work_->begun(); }
  ~Ticket() {
    answer({false, "UNKNOWN", 0, {}});
    work_->finished();
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  bool wanted() const { return done_ != nullptr; }
  void answer(const Outcome& outcome) {
    if (Node::Done done = std::exchange(done_, nullptr)) done(outcome);
  }

 private:
  std::shared_ptr<Work> work_;
  Node::Done done_;
};

// outside -> shard
struct Submit {
  Message message;                    // the first and deciding one
  std::vector<Message> more;
  std::string producer;
  std::shared_ptr<Ticket> ticket;
};
struct Committed {
  Offset offset = 0;
};
struct LookAtClock {};

}  // namespace tally::live

#define TALLY_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tally::live::type)
TALLY_LOCAL_MESSAGE(RunPart)
TALLY_LOCAL_MESSAGE(RunResumed)
TALLY_LOCAL_MESSAGE(PartDone)
TALLY_LOCAL_MESSAGE(Restarted)
TALLY_LOCAL_MESSAGE(RunTask)
TALLY_LOCAL_MESSAGE(RunEntries)
TALLY_LOCAL_MESSAGE(TaskDone)
TALLY_LOCAL_MESSAGE(Passivate)
TALLY_LOCAL_MESSAGE(Passive)
TALLY_LOCAL_MESSAGE(Retry)
TALLY_LOCAL_MESSAGE(TakeSnapshot)
TALLY_LOCAL_MESSAGE(SnapshotTaken)
TALLY_LOCAL_MESSAGE(InjectFault)
TALLY_LOCAL_MESSAGE(AskState)
TALLY_LOCAL_MESSAGE(AskTree)
TALLY_LOCAL_MESSAGE(Submit)
TALLY_LOCAL_MESSAGE(Committed)
TALLY_LOCAL_MESSAGE(LookAtClock)
#undef TALLY_LOCAL_MESSAGE
