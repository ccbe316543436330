// Who counts: configurations as they stand in the log. The newest one rules from the moment it is appended, committed
// or not, and rolls back with its entry.
#pragma once

#include <algorithm>
#include <functional>

#include "persistence/consensus/types.hpp"

namespace tally::consensus {

constexpr std::size_t members_max = 32;

Payload encode_members(const std::vector<Member>& members);
// Nothing where the bytes are no configuration.
std::optional<std::vector<Member>> decode_members(const Payload& payload);

inline bool votes(const Member& member) { return member.duty != Duty::learner; }

const Member* find(const std::vector<Member>& members, NodeId id);
std::size_t voters_in(const std::vector<Member>& members);
inline std::size_t majority_of(const std::vector<Member>& members) { return voters_in(members) / 2 + 1; }

// The largest value that a majority of voters has reached; 0 without voters.
std::uint64_t quorum_value(const std::vector<Member>& members, const std::function<std::uint64_t(NodeId)>& value_of);

struct Change {
  enum class Kind : std::uint8_t { add_learner, promote, remove } kind = Kind::add_learner;
  NodeId id = nobody;
  bool as_witness = false;  // promote
  bool forced = false;      // remove: also where one voter is left, which can lose everything with one disk
};

// Why the members cannot change so; none where they can. Says nothing about logs and leaders.
Refusal refusal_of(const std::vector<Member>& members, const Change& change);
std::vector<Member> changed(std::vector<Member> members, const Change& change);

class Membership {
 public:
  explicit Membership(const Base& base) : known_{{base.index, base.members}} {}

  const std::vector<Member>& newest() const { return known_.back().members; }
  Index newest_index() const { return known_.back().index; }
  const std::vector<Member>& at(Index index) const;

  void append(Index index, std::vector<Member> members) { known_.push_back({index, std::move(members)}); }
  void truncate_from(Index index);
  void trim(Index index);
  void reset(const Base& base) { known_ = {{base.index, base.members}}; }

 private:
  struct Known {
    Index index;
    std::vector<Member> members;
  };
  std::vector<Known> known_;  // ascending; the first one is in force at the base
};

}  // namespace tally::consensus
