// What a replica wants on disk, as one: rows in the order drop, side rows, entries. Internal to persistence.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "persistence/journal.hpp"

namespace tally {

// Values of consecutive entries of one shard, one behind the other.
struct ValueBlock {
  std::uint64_t ticket = 0;                // of the write that brings it to disk; 0: it is there
  Offset first = 0;
  Bytes bytes;
  std::vector<std::uint32_t> sizes;

  bool empty() const { return sizes.empty(); }
  Offset last() const { return first + sizes.size() - 1; }
};

struct GroupWrite {
  std::uint64_t ticket = 0;                // reported when it is durable
  std::optional<Offset> truncate_from;     // entries at and after are dropped first ...
  Offset truncate_to = 0;                  // ... up to here
  std::vector<std::pair<std::string, std::optional<std::string>>> side;   // nothing: the row is dropped
  std::shared_ptr<const ValueBlock> block;  // never null
  std::uint64_t saves = 0;                 // of promises, with this write
};

}  // namespace tally
