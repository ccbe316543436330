// What must hold in every world, whatever goes wrong in it. It sees everything and trusts nobody; the first violation
// ends the world.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "persistence/consensus/core.hpp"

namespace tally::simulation {

using consensus::Core;
using consensus::Index;
using consensus::LogEntry;
using consensus::NodeId;
using consensus::Term;

struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using CommandId = std::uint64_t;
CommandId command_of(const LogEntry& entry);  // 0 where it is none

class Truth {
 public:
  // Each throws Violation.
  void leads(const Core& core, Term term);       // election safety, leader completeness
  void led_on(const Core& core);                 // leader append-only
  void appended(const LogEntry& entry);          // log matching: one (index, term), one history
  void committed(const LogEntry& entry, Term by);  // state-machine safety, by hash per index
  void based_on(const consensus::Base& base);    // a base is committed, with its members
  void within_bounds(const Core& core, const consensus::Settings& settings);
  void acknowledged(CommandId command, Index index);
  void read_began(std::uint64_t id);
  void read_ended(std::uint64_t id, Index seen); // linearizable: sees all that was known when it began
  void forget_read(std::uint64_t id) { reads_.erase(id); }
  void ordered(CommandId command, Term term);    // at the venue: once, and never by an older leader after a newer one

  void begin(const consensus::Base& founding);
  Index end() const { return static_cast<Index>(history_.size()); }
  const LogEntry& at(Index index) const { return history_[index - 1]; }
  const std::vector<consensus::Member>& members() const { return members_.back(); }
  // Where a command took effect; later entries with it change nothing. 0: nowhere yet.
  Index first_of(CommandId command) const;
  bool venue_has(CommandId command) const { return ordered_.contains(command); }
  // At the end: nothing acknowledged is missing, every command reached the venue.
  void complete() const;
  std::size_t acknowledged_count() const { return acknowledged_.size(); }

 private:
  struct Reign {
    Term term = 0;
    Index last = 0;
    Digest chain{};
  };
  std::vector<LogEntry> history_;  // committed, from index 1; entry 1 has no payload here
  std::vector<std::vector<consensus::Member>> members_;
  std::vector<Term> committed_by_;  // the term of the leader that did
  std::map<Term, NodeId> leaders_;
  std::unordered_map<NodeId, Reign> reigns_;
  std::unordered_map<std::uint64_t, Digest> chains_;  // by index and term
  std::unordered_map<CommandId, Index> first_;
  std::map<CommandId, Index> acknowledged_;
  std::unordered_map<std::uint64_t, Index> reads_;    // what each must see
  Index known_ = 0;                                   // the newest that any client was told of
  std::set<CommandId> ordered_;
  Term ordered_term_ = 0;
};

}  // namespace tally::simulation
