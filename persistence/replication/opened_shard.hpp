// Opening one shard of a journal: every row checked, and what its replica begins with.
#pragma once

#include <string>

#include "persistence/log_format.hpp"
#include "persistence/log_rows.hpp"
#include "persistence/replication/replica.hpp"

namespace tally::replication {

struct OpenedShard {
  Offset end = 0;
  log_format::Link link;    // the last one of the hash chain
  StoredReplica stored;     // what stands behind that link is kept for the next one, what stands behind the base for the core
  std::string loss;         // what is missing, by the second records; empty where nothing is
};

// `acknowledged` and `promised`: the second records, of entries and of promises. Throws JournalDamaged.
OpenedShard open_shard(const LogRows& log, ShardNumber number, Symbol name, Offset acknowledged, std::uint64_t promised);

}  // namespace tally::replication
