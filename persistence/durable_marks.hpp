// A second record of what is durable, a number a shard, outside the database: a port. watermark.hpp keeps it in a file.
#pragma once

#include <cstdint>

namespace tally {

class DurableMarks {
 public:
  virtual ~DurableMarks() = default;
  virtual void raise(std::uint32_t shard, std::uint64_t mark) = 0;  // ends the process where it cannot be written
  // To below what it was, before it becomes true; not undone by a power cut after this returned.
  virtual void lower(std::uint32_t shard, std::uint64_t mark) = 0;
  virtual std::uint64_t read(std::uint32_t shard) const = 0;        // 0 where nothing was ever recorded
};

}  // namespace tally
