// An operator's last resort where a majority of a cluster is gone for good: this disk goes on alone, in a new generation that the
// old side is not heard by, should it come back. What only the lost nodes had is lost; what was sequenced here and perhaps never
// committed is kept, because nobody can tell any more.
#pragma once

#include <filesystem>
#include <vector>

#include "messages/ids.hpp"
#include "persistence/consensus/types.hpp"

namespace tally::replication {

struct RecoveredShard {
  Symbol shard;
  Offset end = 0;
  Offset committed = 0;                    // of it, that was known to be committed
  std::uint64_t generation = 0;            // the new one: 1 was the founding
};

// While no process has the journal open. Throws JournalError, JournalDamaged; shards before the damaged one are recovered.
std::vector<RecoveredShard> recover_alone(const std::filesystem::path& journal_directory);

}  // namespace tally::replication
