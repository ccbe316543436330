#include "persistence/replication/recovery.hpp"

#include "persistence/consensus/log.hpp"
#include "persistence/log_database.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/stored_group.hpp"
#include "persistence/watermark.hpp"

namespace tally::replication {
namespace {

RecoveredShard recover_shard(const LogDatabase& log, Watermark& promises, ShardNumber number, Symbol shard, consensus::NodeId self) {
  const GroupRows rows = read_group_rows(log, number, shard);
  RecoveredShard recovered{shard, walk_entries(log, number, shard, 1, [](Offset, std::string_view, auto) {}), 0, 0};
  recovered.committed = std::min(recovered.end, rows.marks.offset_at(rows.committed));
  if (rows.base.index == 0) throw JournalError(std::string(shard.text()) + " was never received here: there is nothing to go on from");
  const Index marked = rows.marks.all().empty() ? 0 : rows.marks.all().back().index;
  const Index last = std::max({rows.base.index, marked, rows.marks.index_of(recovered.end)});
  const consensus::Stored alone = consensus::recovered(read_stored(log, number, shard, rows, last), {{self, consensus::Duty::voter}});
  recovered.generation = count_of(alone.hard_state.generation);
  const Promise promise{alone.hard_state, rows.promise.saves + 1};
  rocksdb::WriteBatch batch;
  batch.Put(log.handle(Family::side), base_key(number), base_value(shard, alone.base));
  batch.Put(log.handle(Family::side), promise_key(number), promise_value(shard, promise));
  batch.Put(log.handle(Family::side), commit_key(number), commit_value(shard, alone.base.index));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status status = log.db().Write(synced, &batch);
  if (!status.ok()) throw JournalError("the new generation could not be written: " + status.ToString());
  promises.raise(number, promise.saves);
  return recovered;
}

}  // namespace

std::vector<RecoveredShard> recover_alone(const std::filesystem::path& journal_directory) {
  if (!std::filesystem::exists(journal_directory / "JOURNAL")) throw JournalError(journal_directory.string() + " holds no journal");
  const LogDatabase log(journal_directory, LogDatabase::Mode::write, std::size_t{64} << 20);
  Watermark promises(journal_directory / "promises");
  const consensus::NodeId self = node_identity(journal_directory);
  std::vector<RecoveredShard> all;
  for (const auto& [number, shard] : read_directory(log)) all.push_back(recover_shard(log, promises, number, shard, self));
  return all;
}

}  // namespace tally::replication
