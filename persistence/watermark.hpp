// A second record of what was acknowledged, outside the database: the last committed offset of each shard.
//
// Law: a journal that ends before its watermark has lost entries that were reported as committed, whatever its own
// files say (a cut tail looks like a crash to the database). The file is written after each sync and before the
// report, and is not synced itself: a power cut may make it older, never newer, than the log. Only what is lowered (entries are
// about to be dropped) is synced at once: an older mark would be a higher one, and the log would look as if it had lost something.
//
// One slot of 16 bytes per shard id: the offset (8, big-endian) and its complement. Where the two disagree (a torn
// write, a flipped bit) the smaller reading counts.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "messages/ids.hpp"
#include "persistence/durable_marks.hpp"

namespace tally {

constexpr std::size_t watermark_slot_bytes = 16;
using WatermarkSlot = std::array<char, watermark_slot_bytes>;
WatermarkSlot watermark_slot(std::uint64_t mark);
std::uint64_t mark_of(const WatermarkSlot& slot);

class Watermark final : public DurableMarks {
 public:
  static constexpr std::uint32_t shards_max = 4096;

  // Creates the file where it is missing. Throws std::system_error where it cannot be opened.
  explicit Watermark(const std::filesystem::path& file);
  ~Watermark() override;
  Watermark(const Watermark&) = delete;
  Watermark& operator=(const Watermark&) = delete;

  void raise(std::uint32_t shard, std::uint64_t mark) override;
  void lower(std::uint32_t shard, std::uint64_t mark) override;
  std::uint64_t read(std::uint32_t shard) const override;

  // Without creating anything; 0 where there is no file.
  static Offset peek(const std::filesystem::path& file, std::uint32_t shard);

 private:
  int file_ = -1;
};

}  // namespace tally
