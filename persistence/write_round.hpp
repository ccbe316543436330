// One round of the log's writer, without its thread: which rows it writes, and how the second records of what is durable move
// around it. Internal to persistence; the committer runs it on RocksDB, tests/cluster_simulation on a disk that fails.
//
// The order is the argument for its correctness:
//   1. lower_marks   of what the round drops, so that a crash in between finds more than it looks for, never less
//   2. add_rows      and write and sync them, as one
//   3. report        raise the marks, then say that it is durable
// Nothing is reported that is not durable, and nothing durable is reported out of order. Any failure ends the process.
#pragma once

#include <vector>

#include "persistence/durable_marks.hpp"
#include "persistence/group_write.hpp"
#include "persistence/log_rows.hpp"
#include "persistence/shard_log.hpp"

namespace tally {

struct RoundPart {
  ShardLog* shard;
  GroupWrite write;
};

// `parts` in the order in which they were pushed.
void lower_marks(const std::vector<RoundPart>& parts, DurableMarks& entries);
void add_rows(const std::vector<RoundPart>& parts, RowBatch& batch);
void report(const std::vector<RoundPart>& parts, DurableMarks& entries, DurableMarks& promises);

}  // namespace tally
