// Reading a shard's consensus log back from disk.
#pragma once

#include "persistence/log_rows.hpp"
#include "persistence/replication/group_rows.hpp"
#include "persistence/replication/marks.hpp"

namespace tally::replication {

// All but the journal's entries.
struct GroupRows {
  Promise promise;
  consensus::Base base;                     // index 0 where nothing of the log was received yet
  std::optional<consensus::Base> founding;
  Index committed = 0;                      // at least; never below the base
  Marks marks;
};

// Throws JournalDamaged where a row is missing or damaged.
GroupRows read_group_rows(const LogRows& log, ShardNumber number, Symbol shard);

// Entries of the log from index `from` to `to`, at least one where it is there, then as many as `bytes` allow; fewer where the
// disk has no more. Their chains are left empty. Throws JournalDamaged.
std::vector<consensus::LogEntry> read_log_entries(const LogRows& log, ShardNumber number, Symbol shard, const Marks& marks, Index from,
                                                  Index to, std::size_t bytes);

// What the core starts from; the log ends at index `last`. Throws JournalDamaged.
consensus::Stored read_stored(const LogRows& log, ShardNumber number, Symbol shard, const GroupRows& rows, Index last);

// Those of the newest configuration.
std::vector<consensus::Member> newest_members(const consensus::Stored& stored);

}  // namespace tally::replication
