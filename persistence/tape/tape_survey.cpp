#include "persistence/tape/tape_survey.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "persistence/tape/tape_files.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "persistence/watermark.hpp"

namespace tally {

namespace fs = std::filesystem;
using Step = SegmentReader::Step;

namespace {

bool is_held(const fs::path& tape) {
  const int file = ::open(tape_files::identity(tape).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0;
  ::close(file);
  return held;
}

void walk(SegmentSurvey& survey, bool newest, Offset synced) {
  SegmentReader reader(survey.file);
  Step step = reader.next();
  while (step == Step::record) step = reader.next();
  survey.last = reader.expected() - 1;
  survey.records = reader.records();
  survey.last_at = reader.last_at();
  survey.sealed = step == Step::seal;
  survey.closed = survey.sealed && reader.seal().closed;
  if (survey.sealed) {
    if (reader.seal().last != survey.last || reader.seal().records != survey.records)
      survey.damage = reader.damage("its seal says other records than it holds");
    return;
  }
  if (newest && !survey.file.compressed && reader.expected() > synced) return;  // the live end
  survey.damage = reader.damage(step == Step::damaged ? reader.why() : "the segment ends without a seal");
}

}  // namespace

std::uint64_t TapeSurvey::bytes() const {
  std::uint64_t sum = 0;
  for (const SegmentSurvey& segment : segments) sum += segment.bytes;
  return sum;
}

std::uint64_t TapeSurvey::records() const {
  std::uint64_t sum = 0;
  for (const SegmentSurvey& segment : segments) sum += segment.records;
  return sum;
}

const TapeDamage* TapeSurvey::first_damage() const {
  for (const SegmentSurvey& segment : segments)
    if (segment.damage) return &*segment.damage;
  return nullptr;
}

TapeSurvey survey_tape(const fs::path& tape, bool every_record) {
  require_tape(tape);
  TapeSurvey survey;
  survey.written = is_held(tape);
  survey.synced = Watermark::peek(tape_files::synced(tape), 0);
  const auto files = segments_of(tape);
  for (const SegmentFile& file : files) {
    SegmentSurvey segment;
    segment.file = file;
    std::error_code gone;  // removed by age since the directory was read
    segment.bytes = fs::file_size(file.path, gone);
    if (gone) continue;
    const auto head = head_of(file);
    if (head) segment.began_at = head->began_at;
    const auto seal = every_record ? std::nullopt : seal_of(file);
    if (seal && head) {
      segment.last = seal->last;
      segment.records = seal->records;
      segment.last_at = seal->last_at;
      segment.sealed = true;
      segment.closed = seal->closed;
    } else {
      walk(segment, &file == &files.back(), survey.synced);
    }
    survey.segments.push_back(std::move(segment));
  }
  return survey;
}

}  // namespace tally
