#include "persistence/log_walk.hpp"

namespace tally {

void check_directory(const LogDatabase& log, const std::map<log_format::ShardNumber, Symbol>& directory) {
  log_format::Key from = log_format::entry_key(0, 0);
  for (bool more = true; more;) {
    more = false;
    const rocksdb::Status status =
        scan(log.db(), log.entries(), log_format::view(from), "f", 0, [&](std::string_view key, std::string_view) {
          const auto parsed = log_format::parse_key('e', key);
          if (!parsed || !directory.contains(parsed->shard)) throw JournalError("the journal holds entries of a shard it does not name");
          from = log_format::entry_key(parsed->shard + 1, 0);
          more = true;
          return false;
        });
    if (!status.ok()) throw JournalError("the journal's entries cannot be read: " + status.ToString());
  }
}

}  // namespace tally
