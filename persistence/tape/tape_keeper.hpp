// Which sealed segments of a tape are compressed, and which are removed. Ages are counted from the sealing, by the wall clock, so
// that a recording of old data is not old. The newest segment always stays: from it the next offset is known.
#pragma once

#include <functional>

#include "persistence/tape/segment.hpp"

namespace tally {

struct TapeRetention {
  std::optional<std::int64_t> compress_after_ns;
  std::optional<std::int64_t> keep_ns;       // older segments are removed
  std::optional<std::uint64_t> keep_bytes;   // of all segments; the oldest are removed beyond it
};

struct KeptSegment {
  SegmentFile file;
  std::uint64_t bytes = 0;                   // on the disk
  std::optional<Time> sealed_at;             // none: still written, or damaged, and neither compressed nor removed by age
};

struct KeepPlan {
  std::vector<SegmentFile> remove, compress;
};

// `segments` ascending. Pure.
KeepPlan plan_keeping(const std::vector<KeptSegment>& segments, const TapeRetention& retention, Time now);

struct KeepReport {
  std::uint64_t removed = 0, compressed = 0;
  std::string trouble;                       // of the last one that could not be; it stands as it was
};

// Carries the plan out; `go_on` is asked before each segment. A compressed copy replaces a segment only after it was read back
// and is the same, byte for byte.
using GoOn = std::function<bool()>;
KeepReport keep_tape(const std::filesystem::path& tape, const TapeRetention& retention, Time now, const GoOn& go_on);

}  // namespace tally
