// The rows of a log on one disk, in two families, read by key and by range: a port. RocksDB's side of it is log_database.hpp;
// tests/cluster_simulation has a disk of rows that fails in every way it may.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "persistence/journal.hpp"

namespace tally {

// entries: rows 'e', whose keys ascend as they are written. side: everything beside them.
enum class Family : std::uint8_t { entries, side };

// In the words of whatever keeps the rows.
struct RowsUnreadable : JournalError {
  using JournalError::JournalError;
};

class LogRows {
 public:
  struct Row {
    std::string key;
    std::string value;
  };
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  virtual ~LogRows() = default;

  // All three throw RowsUnreadable.
  virtual std::optional<std::string> get(Family family, std::string_view key) const = 0;
  // Visits the rows in [begin, end), ascending, until `visit` answers false. Nothing stays pinned. `readahead_bytes` > 0: many
  // rows will be read, once.
  virtual void scan(Family family, std::string_view begin, std::string_view end, std::size_t readahead_bytes, const Visit& visit) const = 0;
  // The last row in [begin, end).
  virtual std::optional<Row> last(Family family, std::string_view begin, std::string_view end) const = 0;
};

// What is written as one.
class RowBatch {
 public:
  virtual ~RowBatch() = default;
  virtual void put(Family family, std::string_view key, std::string_view value) = 0;
  virtual void erase(Family family, std::string_view key) = 0;
};

// Runs `read`; what it cannot read is damage at `next`, as it stands by then.
template <class Read>
void read_rows_of(Symbol shard, const Offset& next, Read read) {
  try {
    read();
  } catch (const RowsUnreadable& unreadable) {
    throw JournalDamaged(shard, next, unreadable.what());
  }
}

}  // namespace tally
