// A tape read in the order in which it was recorded, from an offset or a time on, to its live end and beyond. Takes no lock: it
// reads beside the process that writes.
//
// Laws: what next() gives is what was appended, in ascending offsets, each once; nothing damaged is ever given. What is not there
// is said: offsets that are missing stand in missing(), damage is thrown with its place.
#pragma once

#include "messages/message.hpp"
#include "persistence/tape/segment.hpp"

namespace tally {

struct TapeDamaged : TapeError {
  explicit TapeDamaged(TapeDamage what) : TapeError(what.text()), damage(std::move(what)) {}
  TapeDamage damage;
};

// Throws StoredError where the bytes are none of that type; a type that this build does not know is Opaque.
Message message_of(const tape_format::Record& record);

class TapeReader {
 public:
  // Stands before the first record. Throws TapeError where the directory is no tape.
  explicit TapeReader(std::filesystem::path tape);

  // The next record is the first with that offset, or a later one; with that time, or a later one.
  void seek(Offset from);
  void seek(Time from);

  // To the next record; false where there is none, or none yet: ask again later. Throws TapeDamaged, every time anew.
  bool next();
  const tape_format::Record& record() const { return segment_->record(); }  // until the next call

  struct Missing {
    Offset from = 0, to = 0;
  };
  // Offsets before record() that are not there: removed by age, never given out, or skipped as damaged.
  const std::optional<Missing>& missing() const { return missing_; }

  // After TapeDamaged: goes to the next whole record.
  void skip_damage();

 private:
  bool open_next();
  bool at_live_end(SegmentReader::Step step);

  std::filesystem::path tape_;
  std::optional<Offset> current_;            // the first offset of the segment that is read or was read last
  bool compressed_ = false;
  std::unique_ptr<SegmentReader> segment_;
  Offset from_ = 0;
  Time from_time_{INT64_MIN};
  std::optional<Offset> expected_;
  std::optional<Missing> missing_;
};

// Throws TapeError where `directory` is no tape; what the words mean: docs/formats/tape.md.
void require_tape(const std::filesystem::path& directory);

}  // namespace tally
