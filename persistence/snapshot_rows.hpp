// Snapshots as cache rows. A row that fails its checksum, or is filed under another entity's key, reads as absent
// with a log line; the older of the two then answers. Format: docs/formats/journal.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "persistence/journal.hpp"

namespace tally::snapshot_rows {

using Row = Journal::SnapshotRow;

// Keeps the newest two of each entity.
void put(Cache& cache, Symbol shard, std::span<const Row> rows);
std::optional<Row> newest(const Cache& cache, Symbol shard, const EntityRef& entity);
std::vector<Row> newest_of_each(const Cache& cache, Symbol shard);

// Removes rows beyond `end`: the log they were taken from was cut back.
void remove_beyond(Cache& cache, Symbol shard, Offset end);

}  // namespace tally::snapshot_rows
