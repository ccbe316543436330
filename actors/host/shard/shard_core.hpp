// The shard as a machine that advances in steps: pure, without threads, clocks or I/O. Both hosts run it.
//
// It knows the journal's end, the cursor (the last entry whose step is closed), the deadlines that are set and the
// entities that are stopped; all four are a fold of the journal, so replay() of the same entries gives the same core.
//
// Laws
//  - Inputs are sequenced only while idle(): a cascade runs to its end before the next input.
//  - A step's outputs become one entry whose causation is the entry taken; no outputs, no entry.
//  - Time never runs backwards: an input's moment is at least the last one's.
//  - A cascade longer than `cascade_max` steps throws: the topology then has a cycle without port or deadline.
#pragma once

#include <boost/container/flat_map.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/entry.hpp"

namespace tally {

struct Deadline {
  Time at;
  EntityRef target;
  std::string name;
  auto operator<=>(const Deadline&) const = default;
};
BOOST_DESCRIBE_STRUCT(Deadline, (), (at, target, name))

// What the core remembers; its snapshot row.
struct ShardState {
  Offset end = 0;              // last sequenced entry
  Offset cursor = 0;           // last entry whose step is closed
  Offset correlation = 0;      // of the cascade under way
  Time now;                    // of the last input
  std::set<Deadline> deadlines;
  boost::container::flat_map<EntityRef, std::vector<Offset>> stopped;  // with the entries that wait, ascending
};
BOOST_DESCRIBE_STRUCT(ShardState, (), (end, cursor, correlation, now, deadlines, stopped))

class ShardCore {
 public:
  static constexpr Offset cascade_max = 64;

  explicit ShardCore(Symbol shard) : shard_(shard) {}

  Symbol shard() const { return shard_; }
  const ShardState& state() const { return state_; }
  void restore(ShardState state) { state_ = std::move(state); }

  // Every entry has been taken; the next input may come in.
  bool idle() const { return state_.cursor == state_.end; }
  bool stopped(const EntityRef& entity) const { return state_.stopped.contains(entity); }

  // Sequences one outside input. Requires idle(). The events' streams must be EntityKind::none.
  void sequence_input(Entry& entry, Time now);

  // Marks the step of entry cursor + 1 as closed; `entry` holds its outputs in order, perhaps none. Returns whether
  // the entry stands (was given an offset and must be appended).
  bool close_step(const Entry& taken, Entry& entry);

  // A task for a stopped entity waits: called while planning the step of `offset`.
  void park(const EntityRef& entity, Offset offset);
  // The entries that waited for an entity that `entry` resumes; empties the list. To be taken within that step.
  std::vector<std::pair<EntityRef, std::vector<Offset>>> resumed_by(const Entry& entry);

  // Folds an entry that stands in the journal already. Whatever came before it has been taken: that is the first law.
  // Parking and resuming are up to the caller, who knows the routes.
  void replay(const Entry& entry);

  // The earliest deadline, if any; becomes a DeadlineReached input when its time has come.
  std::optional<Deadline> next_deadline() const;

 private:
  void fold(const Entry& entry);

  Symbol shard_;
  ShardState state_;
};

}  // namespace tally
