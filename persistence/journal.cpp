#include "persistence/journal.hpp"

#include <string>

namespace tally {

void check_sequence(Symbol shard, Offset end, Offset expected, std::span<const EntryPtr> entries) {
  const auto refuse = [&](Offset given, Offset wanted) {
    throw JournalError("append to " + std::string(shard.text()) + " at offset " + std::to_string(given) + ", its next is " +
                       std::to_string(wanted));
  };
  if (shard.empty()) throw JournalError("append to a shard without a name");
  if (expected != end + 1) refuse(expected, end + 1);
  Offset next = expected;
  for (const EntryPtr& entry : entries) {
    if (entry->offset != next) refuse(entry->offset, next);
    ++next;
  }
}

std::uint64_t Journal::take_over(Symbol shard) {
  const Offset last = end(shard);
  if (last == 0) return 1;
  wait_committed(shard, last);
  return read(shard, last, 1).at(0)->term + 1;
}

Offset first_recorded_at(const Journal& journal, Symbol shard, Time time) {
  Offset low = 1;
  Offset high = journal.end(shard) + 1;
  while (low < high) {
    const Offset middle = low + (high - low) / 2;
    const auto entries = journal.read(shard, middle, 1);
    if (!entries.empty() && entries.front()->recorded_at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

}  // namespace tally
