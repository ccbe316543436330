// A second record of what was acknowledged, outside the database: the last committed offset of each shard.
//
// Law: a journal that ends before its watermark has lost entries that were reported as committed, whatever its own
// files say (a cut tail looks like a crash to the database). The file is written after each sync and before the
// report, and is not synced itself: a power cut may make it older, never newer, than the log.
//
// One slot of 16 bytes per shard id: the offset (8, big-endian) and its complement. Where the two disagree (a torn
// write, a flipped bit) the smaller reading counts.
#pragma once

#include <cstdint>
#include <filesystem>

#include "messages/ids.hpp"

namespace tally {

class Watermark {
 public:
  static constexpr std::uint32_t shards_max = 4096;

  // Creates the file where it is missing. Throws std::system_error where it cannot be opened.
  explicit Watermark(const std::filesystem::path& file);
  ~Watermark();
  Watermark(const Watermark&) = delete;
  Watermark& operator=(const Watermark&) = delete;

  void raise(std::uint32_t shard, Offset committed);  // ends the process where it cannot be written
  Offset read(std::uint32_t shard) const;             // 0 where nothing was ever acknowledged

  // Without creating anything; 0 where there is no file.
  static Offset peek(const std::filesystem::path& file, std::uint32_t shard);

 private:
  int file_ = -1;
};

}  // namespace tally
