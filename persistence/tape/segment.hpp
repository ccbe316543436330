// The segments of a tape as files, and one of them read from its begin.
//
//   TAPE                             what this directory is; locked by whoever writes
//   synced                           the last offset that was synced (persistence/watermark.hpp)
//   00000000000000000001.segment     named for its first offset
//   00000000000000065537.segment.zst a sealed one, compressed; its seal stands in front of it, too
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "persistence/tape/tape_format.hpp"

namespace tally {

struct TapeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What is there but cannot be read, and where.
struct TapeDamage {
  std::filesystem::path file;
  Offset offset = 0;           // of the first record that is not to be had
  std::uint64_t position = 0;  // in the segment's uncompressed bytes
  std::string why;

  std::string text() const;
};

struct SegmentFile {
  Offset first = 0;
  std::filesystem::path path;
  bool compressed = false;
};

std::filesystem::path segment_path(const std::filesystem::path& tape, Offset first, bool compressed);
// Ascending. Where a segment stands there plain and compressed, the plain one is meant.
std::vector<SegmentFile> segments_of(const std::filesystem::path& tape);
// Of a sealed segment, without reading all of it. None where it has no seal, or none that can be read.
std::optional<tape_format::Seal> seal_of(const SegmentFile& segment);

struct SegmentSource;

class SegmentReader {
 public:
  enum class Step : std::uint8_t {
    record,
    seal,     // the segment ends here
    end,      // of what is there; a segment that is still written may have more later
    damaged,
  };

  // Throws TapeError where it cannot be opened.
  explicit SegmentReader(const SegmentFile& segment);
  ~SegmentReader();

  // The next one, in record() or seal(), valid until the next call. After end or damaged the same place is read anew.
  Step next();
  const tape_format::Record& record() const { return record_; }
  const tape_format::Seal& seal() const { return seal_; }

  Offset expected() const { return expected_; }         // of the next record
  std::uint64_t position() const { return position_; }  // where it begins
  std::uint64_t records() const { return records_; }
  Time last_at() const { return last_at_; }
  TapeDamage damage(std::string why) const { return {segment_.path, expected_, position_, std::move(why)}; }
  const std::string& why() const { return why_; }       // of `damaged`

  // Goes to the next whole record behind a damaged place. False where there is none in this segment.
  bool skip_damage();

 private:
  bool head();
  bool need(std::size_t bytes);
  std::span<const std::byte> waiting() const { return std::span(buffer_).subspan(at_); }
  void forget();
  Step damaged(std::string_view why);
  void pass(std::size_t bytes);

  SegmentFile segment_;
  std::unique_ptr<SegmentSource> source_;
  tape_format::Bytes buffer_;
  std::size_t at_ = 0;           // of buffer_: what was used already lies before
  std::uint64_t position_ = 0;
  bool has_head_ = false;
  Offset expected_ = 0;
  std::uint64_t records_ = 0;
  Time last_at_;
  tape_format::Record record_;
  tape_format::Seal seal_;
  std::size_t pending_ = 0;      // bytes of record_, which the next call passes
  std::string why_;
};

// All its bytes, unpacked, and its head alone. Throw TapeError.
tape_format::Bytes segment_bytes(const SegmentFile& segment);
std::optional<tape_format::SegmentHead> head_of(const SegmentFile& segment);

}  // namespace tally
