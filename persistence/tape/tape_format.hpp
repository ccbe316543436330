// The bytes of a tape's segments: their head, their records, their seal. Pure. Grammar and worked example: docs/formats/tape.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "messages/ids.hpp"

namespace tally::tape_format {

using Bytes = std::vector<std::byte>;

constexpr std::size_t segment_head_size = 28;
constexpr std::size_t record_head_size = 28;
constexpr std::size_t seal_size = record_head_size + 17;
constexpr std::size_t payload_max = std::size_t{16} << 20;  // as that of a message

struct SegmentHead {
  Offset first = 0;   // of its first record
  Time began_at;      // the tape's time of that record
};
void append_segment_head(const SegmentHead& head, Bytes& out);
std::optional<SegmentHead> parse_segment_head(std::span<const std::byte> bytes);

// A message with its place. `payload` looks into somebody else's bytes.
struct Record {
  Offset offset = 0;
  Time at;
  std::uint16_t number = 0;   // the message's type; 0 is a seal
  std::uint16_t version = 0;
  std::span<const std::byte> payload;

  std::size_t size() const { return record_head_size + payload.size(); }
};
void append_record(const Record& record, Bytes& out);

// The last record of a segment that nothing will be appended to.
struct Seal {
  Offset last = 0;             // the segment's last record; one less than its first where it has none
  Time last_at;
  std::uint64_t records = 0;
  Time sealed_at;              // by the wall clock: what a segment's age is counted from
  bool closed = false;         // the writer ended in order: every offset that it ever gave out is there
};
void append_seal(const Seal& seal, Bytes& out);
std::optional<Seal> parse_seal(const Record& record);

enum class Parsed : std::uint8_t {
  record,
  incomplete,  // the bytes end within it
  damaged,
};
// The record at the front of `bytes`, which must be that of `expected`. `why` names the damage.
Parsed parse_record(std::span<const std::byte> bytes, Offset expected, Record& record, std::string_view& why);

// Where the next whole record with an offset of at least `least` begins; none where there is none. Looks at every byte.
std::optional<std::size_t> find_record(std::span<const std::byte> bytes, Offset least, Record& record);

}  // namespace tally::tape_format
