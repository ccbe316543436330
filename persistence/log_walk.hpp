// Walking the stored log of a shard: every row checked, no gap passed over. Internal to persistence.
#pragma once

#include <map>

#include "persistence/log_format.hpp"
#include "persistence/log_rows.hpp"

namespace tally {

// Calls visit(offset, value, stored entry bytes) for each offset from `from` on; answers the last one. Throws
// JournalDamaged, naming the first offset that is missing, unreadable or does not fit its checksum.
template <class Visit>
Offset walk_entries(const LogRows& log, log_format::ShardNumber number, Symbol shard, Offset from, Visit visit) {
  const log_format::Key begin = log_format::entry_key(number, from);
  const log_format::Key beyond = log_format::entry_key(number + 1, 0);
  Offset next = from;
  read_rows_of(shard, next, [&] {
    log.scan(Family::entries, log_format::view(begin), log_format::view(beyond), std::size_t{2} << 20,
             [&](std::string_view key, std::string_view value) {
               const auto parsed = log_format::parse_key('e', key);
               if (!parsed || parsed->offset != next) throw JournalDamaged(shard, next, "it is missing");
               visit(next, value, log_format::entry_bytes(shard, next, value));
               ++next;
               return true;
             });
  });
  return next - 1;
}

// The entries of [from, beyond), at least one, then as many as `bytes_max` allow. Throws JournalDamaged, also where one is missing.
std::vector<EntryPtr> read_entries(const LogRows& log, log_format::ShardNumber number, Symbol shard, Offset from, Offset beyond,
                                   std::size_t bytes_max);

// The names of the shards. Throws JournalError where a row is no directory row.
std::map<log_format::ShardNumber, Symbol> read_directory(const LogRows& log);

// Throws JournalError where entries stand under a number that the directory does not name.
void check_directory(const LogRows& log, const std::map<log_format::ShardNumber, Symbol>& directory);

// The last link of a shard's chain; an empty one at offset 0 where there is none. Throws JournalDamaged.
log_format::Link last_link(const LogRows& log, log_format::ShardNumber number, Symbol shard);

}  // namespace tally
