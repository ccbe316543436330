#include "persistence/write_round.hpp"

#include <algorithm>

#include "persistence/replication/mutations.hpp"

namespace tally {

using replication::Defect;
using replication::defective;

void lower_marks(const std::vector<RoundPart>& parts, DurableMarks& entries) {
  for (const RoundPart& part : parts) {
    if (part.write.truncate_from) entries.raise(part.shard->number, *part.write.truncate_from - 1);
  }
}

void add_rows(const std::vector<RoundPart>& parts, RowBatch& batch) {
  for (const RoundPart& part : parts) {
    const log_format::ShardNumber shard = part.shard->number;
    const GroupWrite& write = part.write;
    if (write.truncate_from && !defective(Defect::keeps_truncated_rows)) {
      for (Offset offset = *write.truncate_from; offset <= write.truncate_to; ++offset)
        batch.erase(Family::entries, log_format::view(log_format::entry_key(shard, offset)));
    }
    for (const auto& [key, value] : write.side) {
      if (value) batch.put(Family::side, key, *value);
      else batch.erase(Family::side, key);
    }
    const char* value = reinterpret_cast<const char*>(write.block->bytes.data());
    Offset offset = write.block->first;
    for (const std::uint32_t size : write.block->sizes) {
      batch.put(Family::entries, log_format::view(log_format::entry_key(shard, offset++)), {value, size});
      value += size;
    }
  }
}

void report(const std::vector<RoundPart>& parts, DurableMarks& entries, DurableMarks& promises) {
  for (const RoundPart& part : parts) {
    // Where a round took an append and then dropped it again, the mark ends where the log does.
    if (!part.write.block->empty()) entries.raise(part.shard->number, part.write.block->last());
    else if (part.write.truncate_from) entries.raise(part.shard->number, *part.write.truncate_from - 1);
    promises.raise(part.shard->number, part.write.saves);
  }
  // A shard's last ticket speaks for those before it: what a round made durable is committed, and chained, at once.
  std::vector<const RoundPart*> last;
  for (const RoundPart& part : parts) {
    const auto known = std::find_if(last.begin(), last.end(), [&](const RoundPart* other) { return other->shard == part.shard; });
    if (known == last.end()) last.push_back(&part);
    else if ((*known)->write.ticket < part.write.ticket) *known = &part;
  }
  for (const RoundPart* part : last) part->shard->durable_call(part->write.ticket);
}

}  // namespace tally
