// The part of the log that is in memory: from a base to the last entry, hash-chained. It knows nothing of terms of
// office, only of entries.
#pragma once

#include <deque>
#include <span>

#include "persistence/consensus/types.hpp"

namespace tally::consensus {

class Log {
 public:
  // Throws std::invalid_argument where entries leave a hole or do not continue the chain.
  Log(Base base, std::vector<LogEntry> entries);

  const Base& base() const { return base_; }
  Index last() const { return base_.index + entries_.size(); }
  Term last_term() const { return entries_.empty() ? base_.term : entries_.back().term; }
  std::size_t bytes() const { return bytes_; }

  bool holds(Index index) const { return index >= base_.index && index <= last(); }
  Term term_at(Index index) const;            // of what it holds, the base included
  const Digest& chain_at(Index index) const;
  const LogEntry& at(Index index) const;      // after the base

  // The last index that may still match a log whose entry `index` has `term`.
  Index conflict_hint(Index index, Term term) const;

  // Entries from `from`, at least one where there is one, then as many as `bytes` allow.
  std::vector<LogEntry> slice(Index from, std::size_t bytes) const;

  const LogEntry& append(Term term, EntryKind kind, Payload payload);
  // Whether the entry's chain continues this log; only then may it be taken.
  bool continues(const LogEntry& entry);
  void take(const LogEntry& entry);

  void truncate_from(Index index);
  // Lets go of what is up to `index`; `members` are those in force there.
  void trim(Index index, std::vector<Member> members);
  void reset(Base base);

 private:
  Base base_;
  std::deque<LogEntry> entries_;
  std::size_t bytes_ = 0;
  Sha256 sum_;
};

// The chain after an entry, of the chain before it.
Digest chain_after(Sha256& sum, const Digest& before, const LogEntry& entry);

// What a generation's first voters start from: their configuration as entry 1, so that it is part of the chain.
Base founding(Generation generation, std::vector<Member> members);

// An operator's last resort where a majority is gone for good: all that this disk holds becomes committed, under other
// members and the next generation, to which the old side is not heard. What only the lost nodes had is lost.
Stored recovered(Stored stored, std::vector<Member> members);

}  // namespace tally::consensus
