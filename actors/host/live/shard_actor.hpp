// One shard as an actor: the shard core with a mailbox. It sequences inputs, has the kinds run each step, appends,
// and after the commit releases effects and answers.
#pragma once

#include <deque>
#include <map>

#include "actors/host/live/entity_actor.hpp"
#include "actors/host/shard/inlet.hpp"
#include "actors/host/shard/shard_core.hpp"

namespace tally::live {

// What the node gives a shard beside its options.
struct ShardServices {
  std::string node;
  std::string build;
  std::shared_ptr<Journal> journal;
  std::shared_ptr<TimeAuthority> time;
  std::shared_ptr<Work> work;
};

// From the journal's thread to the actor that runs the shard now; a shard that was started anew is another actor.
//
// Law: once an actor has left, the journal's thread holds no reference to it. Were the last one dropped there, that thread
// would destroy the actor, with it the last reference to the journal, and then wait for itself to end.
class CommitRelay {
 public:
  void lead_to(caf::actor_addr target) {
    std::lock_guard lock(mutex_);
    target_ = std::move(target);
  }
  void leave(const caf::actor_addr& left) {
    std::lock_guard lock(mutex_);  // a call that is under way has ended
    if (target_ == left) target_ = nullptr;
  }
  void committed(Offset offset) {
    std::lock_guard lock(mutex_);
    if (const auto target = caf::actor_cast<caf::actor>(target_)) caf::anon_send(target, Committed{offset});
  }

 private:
  std::mutex mutex_;
  caf::actor_addr target_;
};

class ShardActor : public caf::event_based_actor {
 public:
  static constexpr Offset uncommitted_max = 65'536;  // entries; beyond, inputs wait

  ShardActor(caf::actor_config& config, ShardOptions options, ShardServices services, std::shared_ptr<CommitRelay> relay);

  caf::behavior make_behavior() override;
  const char* name() const override { return "shard"; }
  void on_exit() override;

 private:
  struct Answer {
    Offset last = 0;               // of the cascade; 0 while it runs
    std::shared_ptr<Ticket> ticket;
    Outcome outcome;
  };

  void recover();
  Submit own_input(Message message, std::string producer) const;
  void offer(Submit input);
  void pump();
  void sequence(Submit input);
  void stamp(Entry& entry);
  void append(EntryPtr entry, bool effect);
  void watch_leadership();
  void look_at_leadership();
  void begin_step(EntryPtr entry);
  void run_parts();
  void part_done(PartDone& part);
  void close_step();
  void cascade_ended();
  void committed(Offset offset);
  bool take_due_deadline();
  void arm_timer();
  void snapshot_if_due();
  void snapshot_round();
  TreeRow own_row() const;
  caf::actor& kind_supervisor(EntityKind kind);

  ShardOptions options_;
  ShardServices services_;
  std::shared_ptr<CommitRelay> relay_;
  ShardContextPtr context_;
  ShardCore core_;
  std::unique_ptr<Routing> routing_;
  std::unique_ptr<EffectGate> gate_;
  Inlet<Submit> inlet_;
  std::map<EntityKind, caf::actor> kinds_;
  std::map<EntityKind, std::vector<std::shared_ptr<AnyCell>>> recovered_;  // until their kind's supervisor is spawned
  std::uint64_t term_ = 1;
  Time last_recorded_;

  // The step under way; null when idle.
  std::shared_ptr<Step> step_;
  std::vector<RunResumed> resuming_;          // still to run before the plan
  std::vector<Event> resumed_outputs_;
  std::vector<std::pair<EntityKind, std::vector<Event>>> parts_;   // in the plan's order
  std::size_t parts_open_ = 0;

  std::deque<EntryPtr> tail_;                 // appended, not yet committed
  Offset reported_ = 0;                       // committed, as the journal told this actor
  std::map<Offset, Answer> answers_;          // by correlation

  bool watching_ = false;                     // leadership, as long as something waits for a commit
  Time timer_at_;                             // of the deadline that the timer is set for
  Offset snapshot_at_ = 0;                    // of the last round
  std::size_t snapshot_open_ = 0;             // kinds that have not answered
  std::shared_ptr<Ticket> snapshot_ticket_;
};

}  // namespace tally::live
