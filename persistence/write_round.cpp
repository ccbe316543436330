#include "persistence/write_round.hpp"

#include <algorithm>

#include "persistence/replication/mutations.hpp"

namespace tally {

using replication::Defect;
using replication::defective;

// An entry that this very round appends and drops again was never reported, and the mark has not reached it. A mark beyond the log's
// end tells of a loss: it stays until this round, which may carry the doubt about it, is on disk.
void lower_marks(const std::vector<RoundPart>& parts, DurableMarks& entries) {
  for (const RoundPart& part : parts) {
    if (!part.write.truncate_from) continue;
    const Offset kept = *part.write.truncate_from - 1, mark = entries.read(part.shard->number);
    if (kept < mark && mark <= part.write.truncate_to) entries.lower(part.shard->number, kept);
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

// Each mark once: the one in between might be what a power cut leaves.
void report(const std::vector<RoundPart>& parts, DurableMarks& entries, DurableMarks& promises) {
  struct Reached {
    const RoundPart* last;         // its ticket speaks for those before it: what a round made durable is committed, and chained, at once
    std::optional<Offset> end;     // where the log ends; nothing where the round did not touch it
  };
  std::vector<Reached> shards;
  for (const RoundPart& part : parts) {
    auto known = std::find_if(shards.begin(), shards.end(), [&](const Reached& other) { return other.last->shard == part.shard; });
    if (known == shards.end()) known = shards.insert(shards.end(), {&part, std::nullopt});
    if (known->last->write.ticket <= part.write.ticket) known->last = &part;
    if (!part.write.block->empty()) known->end = part.write.block->last();
    else if (part.write.truncate_from) known->end = *part.write.truncate_from - 1;
  }
  for (const Reached& shard : shards) {
    if (shard.end) entries.raise(shard.last->shard->number, *shard.end);
    promises.raise(shard.last->shard->number, shard.last->write.saves);
  }
  for (const Reached& shard : shards) shard.last->shard->durable_call(shard.last->write.ticket);
}

}  // namespace tally
