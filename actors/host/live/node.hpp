// A node: the live host of shards, without CAF in its face.
//
// Each shard runs under a supervision tree (node, shard, kind, entity) of CAF actors over one journal. What is
// submitted is answered after its whole cascade is durable. All calls may come from any thread; callbacks come from
// an actor's thread and must not block.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "actors/host/live/time_authority.hpp"
#include "actors/host/live/tree_row.hpp"
#include "actors/host/shard/effect_gate.hpp"
#include "actors/host/shard/program.hpp"
#include "persistence/journal.hpp"

namespace tally {

class Standby;

// How an outside input ended.
struct Outcome {
  bool accepted = false;            // false: refused at the inlet, nothing was recorded
  std::string refusal;              // INLET_FULL, DISK_RESERVE, STOPPING ...
  Offset offset = 0;                // of the input's entry
  std::vector<EntryPtr> cascade;    // the input's entry and everything it led to, durable
};

// When and how often what fails is started again.
struct SupervisionPolicy {
  std::uint32_t attempts_max = 3;        // of an entity on one input, then it stops
  std::int64_t backoff_ms = 10;          // first pause; doubles, with jitter, up to backoff_ms_max
  std::int64_t backoff_ms_max = 1'000;
  std::uint32_t restarts_max = 20;       // of a kind's entities within the window, then the shard starts anew
  std::int64_t window_ms = 60'000;
  std::int64_t passivate_after_ms = 60'000;  // an idle entity keeps its state but gives up its actor
};

struct ShardOptions {
  Symbol shard;
  const Program* program = nullptr;
  SupervisionPolicy supervision;
  std::size_t inlet_capacity = 4'096;
  std::shared_ptr<Standby> standby;      // begins there instead of at the journal's beginning; of the same program, shard and journal
  Offset snapshot_every = 4'096;         // entries
  // Facts that stand beside an input in its entry (prices), captured when it is sequenced.
  std::function<void(const Message& input, std::vector<Message>& captured)> capture;
  // Performs a released effect; must not block.
  std::function<void(const Entry&, const Event&, Port)> effect;
  // As DeterministicHost::Fault; for tests.
  std::function<std::string(const EntityRef&, Offset, std::uint32_t attempt)> fault;
};

class Node {
 public:
  Node(std::string name, std::shared_ptr<Journal> journal, std::shared_ptr<TimeAuthority> time, std::size_t threads = 2);
  ~Node();  // stops every shard; what was sequenced becomes durable first
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Recovers the shard from the journal, runs what was open and records ShardStarted.
  void start_shard(ShardOptions options);

  using Done = std::function<void(const Outcome&)>;
  void submit(Symbol shard, std::vector<Message> messages, std::string producer, Done done = nullptr);
  std::future<Outcome> submit_for(Symbol shard, Message message, std::string producer);

  // A driven time authority was moved: deadlines that are due are taken.
  void clock_moved();
  // Blocks until nothing is under way in any shard, ports included.
  void settle();
  // An effect's answer is on its way; settle() waits for it. Call finished once for each begun.
  void port_work_begun();
  void port_work_finished();

  std::vector<TreeRow> tree(Symbol shard);
  // The entity's state, as of its last step; null where it has none.
  boost::json::value state_of(Symbol shard, const EntityRef& entity);
  // Makes the entity's actor throw `times` times at its next inputs. For drills; refused on shards armed for a real venue.
  void inject_fault(Symbol shard, const EntityRef& entity, std::uint32_t times, std::string cause);

  const Journal& journal() const;
  TimeAuthority& time();

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace tally
