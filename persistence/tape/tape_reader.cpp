#include "persistence/tape/tape_reader.hpp"

#include <algorithm>

#include "messages/stored.hpp"
#include "persistence/tape/tape_files.hpp"
#include "persistence/watermark.hpp"

namespace tally {

using Step = SegmentReader::Step;

Message message_of(const tape_format::Record& record) { return read_message(record.number, record.version, record.payload); }

TapeReader::TapeReader(std::filesystem::path tape) : tape_(std::move(tape)) { require_tape(tape_); }

void TapeReader::seek(Offset from) {
  const auto segments = segments_of(tape_);
  segment_.reset();
  current_.reset();
  for (const SegmentFile& segment : segments)
    if (segment.first <= from && segment.first > 0) current_ = segment.first - 1;
  from_ = from;
  from_time_ = {INT64_MIN};
  expected_ = from;
  missing_.reset();
}

// A segment begins with its first record, and times of a tape never run backwards.
void TapeReader::seek(Time from) {
  const auto segments = segments_of(tape_);
  const auto later = std::partition_point(segments.begin(), segments.end(), [&](const SegmentFile& segment) {
    const auto head = head_of(segment);
    return head && head->began_at < from;
  });
  segment_.reset();
  current_.reset();
  if (later != segments.begin()) current_ = std::prev(later)->first - 1;
  from_ = 0;
  from_time_ = from;
  expected_.reset();
  missing_.reset();
}

bool TapeReader::open_next() {
  for (const SegmentFile& segment : segments_of(tape_)) {
    if (current_ && segment.first <= *current_) continue;
    try {
      segment_ = std::make_unique<SegmentReader>(segment);
    } catch (const TapeError&) {
      // Compressed or removed since the directory was read: look again, and what fails then is an error.
      const auto again = segments_of(tape_);
      const auto is_same = [&](const SegmentFile& one) { return one.first == segment.first; };
      const auto same = std::find_if(again.begin(), again.end(), is_same);
      if (same == again.end()) continue;
      segment_ = std::make_unique<SegmentReader>(*same);
      compressed_ = same->compressed;
      current_ = segment.first;
      return true;
    }
    compressed_ = segment.compressed;
    current_ = segment.first;
    return true;
  }
  return false;
}

// What ends or does not fit behind the last synced offset of the newest segment is what is being written, or was when its writer
// died. Anywhere else it is damage.
bool TapeReader::at_live_end(Step step) {
  const bool unsynced = segment_->expected() > Watermark::peek(tape_files::synced(tape_), 0);
  if (!unsynced || compressed_) return false;
  const auto segments = segments_of(tape_);
  return (step == Step::end || step == Step::damaged) && !segments.empty() && segments.back().first <= *current_;
}

bool TapeReader::next() {
  missing_.reset();
  while (true) {
    if (!segment_ && !open_next()) return false;
    Step step = segment_->next();
    if (step == Step::end || step == Step::damaged) {
      if (at_live_end(step)) return false;
      step = segment_->next();  // it may have been written between the two looks
    }
    if (step == Step::end) throw TapeDamaged(segment_->damage("the segment ends without a seal"));
    if (step == Step::damaged) throw TapeDamaged(segment_->damage(segment_->why()));
    if (step == Step::seal) {
      segment_.reset();
      continue;
    }
    const tape_format::Record& record = segment_->record();
    if (record.offset < from_ || record.at < from_time_) continue;
    if (expected_ && record.offset > *expected_) missing_ = {*expected_, record.offset - 1};
    expected_ = record.offset + 1;
    return true;
  }
}

void TapeReader::skip_damage() {
  if (segment_ && !segment_->skip_damage()) segment_.reset();
}

}  // namespace tally
