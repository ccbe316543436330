// What a tape holds, segment by segment: from heads and seals alone, or with every record read and checked.
#pragma once

#include "persistence/tape/segment.hpp"

namespace tally {

struct SegmentSurvey {
  SegmentFile file;
  std::uint64_t bytes = 0;            // on the disk
  Offset last = 0;                    // its last record; one less than its first where it has none
  std::uint64_t records = 0;
  Time began_at, last_at;             // by the tape's time
  bool sealed = false;
  bool closed = false;                // sealed when its writer ended in order
  std::optional<TapeDamage> damage;   // the first
};

struct TapeSurvey {
  std::vector<SegmentSurvey> segments;  // ascending
  Offset synced = 0;
  bool written = false;                 // a writer holds it now
  std::uint64_t bytes() const;
  std::uint64_t records() const;
  const TapeDamage* first_damage() const;
};

// Throws TapeError where it is no tape.
TapeSurvey survey_tape(const std::filesystem::path& tape, bool every_record);

}  // namespace tally
