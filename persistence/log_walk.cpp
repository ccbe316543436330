#include "persistence/log_walk.hpp"

#include "persistence/wire.hpp"

namespace tally {

std::vector<EntryPtr> read_entries(const LogRows& log, log_format::ShardNumber number, Symbol shard, Offset from, Offset beyond,
                                   std::size_t bytes_max) {
  std::vector<EntryPtr> entries;
  const log_format::Key begin = log_format::entry_key(number, from);
  const log_format::Key end = log_format::entry_key(number, beyond);
  std::size_t bytes = 0;
  Offset next = from;
  read_rows_of(shard, next, [&] {
    log.scan(Family::entries, log_format::view(begin), log_format::view(end), 0, [&](std::string_view key, std::string_view value) {
      const auto parsed = log_format::parse_key('e', key);
      if (!parsed || parsed->offset != next) throw JournalDamaged(shard, next, "it is missing");
      entries.push_back(log_format::read_entry_value(shard, next++, value));
      return (bytes += value.size()) < bytes_max;
    });
  });
  if (entries.empty()) throw JournalDamaged(shard, from, "it is missing");
  return entries;
}

std::map<log_format::ShardNumber, Symbol> read_directory(const LogRows& log) {
  std::map<log_format::ShardNumber, Symbol> names;
  try {
    log.scan(Family::side, "d", "e", 0, [&](std::string_view key, std::string_view value) {
      if (value.size() != sizeof(log_format::ShardNumber)) throw JournalError("a row of the journal's directory is damaged");
      names[wire::read_be<log_format::ShardNumber>(value.data())] = Symbol(key.substr(1));
      return true;
    });
  } catch (const RowsUnreadable& unreadable) {
    throw JournalError(std::string("the journal's directory cannot be read: ") + unreadable.what());
  }
  return names;
}

void check_directory(const LogRows& log, const std::map<log_format::ShardNumber, Symbol>& directory) {
  log_format::Key from = log_format::entry_key(0, 0);
  for (bool more = true; more;) {
    more = false;
    try {
      log.scan(Family::entries, log_format::view(from), "f", 0, [&](std::string_view key, std::string_view) {
        const auto parsed = log_format::parse_key('e', key);
        if (!parsed || !directory.contains(parsed->shard)) throw JournalError("the journal holds entries of a shard it does not name");
        from = log_format::entry_key(parsed->shard + 1, 0);
        more = true;
        return false;
      });
    } catch (const RowsUnreadable& unreadable) {
      throw JournalError(std::string("the journal's entries cannot be read: ") + unreadable.what());
    }
  }
}

log_format::Link last_link(const LogRows& log, log_format::ShardNumber number, Symbol shard) {
  const log_format::Key first = log_format::chain_key(number, 0);
  const log_format::Key beyond = log_format::chain_key(number + 1, 0);
  std::optional<LogRows::Row> row;
  try {
    row = log.last(Family::side, log_format::view(first), log_format::view(beyond));
  } catch (const RowsUnreadable& unreadable) {
    throw JournalError(std::string("the journal's chain cannot be read: ") + unreadable.what());
  }
  if (!row) return {};
  const auto key = log_format::parse_key('c', row->key);
  const auto link = key ? log_format::parse_link(shard, key->offset, row->value) : std::nullopt;
  if (!link) throw JournalDamaged(shard, key ? key->offset : 1, "its link of the hash chain is damaged");
  return *link;
}

}  // namespace tally
