// Walking the stored log of a shard: every row checked, no gap passed over. Internal to persistence.
#pragma once

#include "persistence/log_database.hpp"

namespace tally {

// Calls visit(offset, value, stored entry bytes) for each offset from `from` on; answers the last one. Throws
// JournalDamaged, naming the first offset that is missing, unreadable or does not fit its checksum.
template <class Visit>
Offset walk_entries(const LogDatabase& log, log_format::ShardNumber number, Symbol shard, Offset from, Visit visit) {
  const log_format::Key begin = log_format::entry_key(number, from);
  const log_format::Key beyond = log_format::entry_key(number + 1, 0);
  Offset next = from;
  const rocksdb::Status status =
      scan(log.db(), log.entries(), log_format::view(begin), log_format::view(beyond), std::size_t{2} << 20,
           [&](std::string_view key, std::string_view value) {
             const auto parsed = log_format::parse_key('e', key);
             if (!parsed || parsed->offset != next) throw JournalDamaged(shard, next, "it is missing");
             visit(next, value, log_format::entry_bytes(shard, next, value));
             ++next;
             return true;
           });
  if (!status.ok()) throw JournalDamaged(shard, next, status.ToString());
  return next - 1;
}

// Throws JournalError where entries stand under a number that the directory does not name.
void check_directory(const LogDatabase& log, const std::map<log_format::ShardNumber, Symbol>& directory);

}  // namespace tally
