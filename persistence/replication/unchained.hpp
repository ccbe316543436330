// What stands in a shard's log and not in its hash chain so far: values of entries, in order. A group of the chain is what became
// committed and durable at once.
#pragma once

#include <deque>
#include <memory>

#include "persistence/group_write.hpp"

namespace tally::replication {

class Unchained {
 public:
  using Block = std::shared_ptr<const ValueBlock>;   // never empty

  explicit Unchained(const std::vector<Block>& blocks) : blocks_(blocks.begin(), blocks.end()) {}

  void add(Block block) { blocks_.push_back(std::move(block)); }
  void truncate_from(Offset first);

  struct Group {
    Bytes values;
    std::size_t entries = 0;
  };
  // Takes what is up to `offset`, as far as it is durable here (written with tickets up to `durable`): a follower may know that an
  // entry is committed before its own disk has it, and a link that reached the disk first would reach beyond the log's end.
  Group take(Offset offset, std::uint64_t durable);

 private:
  std::deque<Block> blocks_;
};

}  // namespace tally::replication
