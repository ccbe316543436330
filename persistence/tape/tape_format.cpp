#include "persistence/tape/tape_format.hpp"

#include <cstring>

#include "messages/assert.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/wire.hpp"

namespace tally::tape_format {
namespace {

constexpr std::string_view magic = "TLYTAPE1";
constexpr std::size_t head_sum_at = 24;    // of a segment's head
constexpr std::size_t covered_from = 8;    // of a record: what stands behind its checksum

char* grow(Bytes& out, std::size_t size) {
  const std::size_t at = out.size();
  out.resize(at + size);
  return reinterpret_cast<char*>(out.data() + at);
}

const char* chars(std::span<const std::byte> bytes) { return reinterpret_cast<const char*>(bytes.data()); }

// The size is covered, too: a flipped bit in it would lead anywhere.
std::uint32_t checksum(std::span<const std::byte> record) {
  return crc32c(record.subspan(covered_from), crc32c(record.first(4)));
}

Time time_at(const char* from) { return {static_cast<std::int64_t>(wire::read_be<std::uint64_t>(from))}; }

// Without looking at its offset.
Parsed parse_any(std::span<const std::byte> bytes, Record& record, std::string_view& why) {
  if (bytes.size() < record_head_size) return Parsed::incomplete;
  const char* head = chars(bytes);
  const std::size_t payload = wire::read_be<std::uint32_t>(head);
  if (payload > payload_max) {
    why = "a record's size is beyond the largest";
    return Parsed::damaged;
  }
  const std::size_t whole = record_head_size + payload;
  if (bytes.size() < whole) return Parsed::incomplete;
  if (checksum(bytes.first(whole)) != wire::read_be<std::uint32_t>(head + 4)) {
    why = "a record's checksum does not fit";
    return Parsed::damaged;
  }
  record.offset = wire::read_be<std::uint64_t>(head + 8);
  record.at = time_at(head + 16);
  record.number = wire::read_be<std::uint16_t>(head + 24);
  record.version = wire::read_be<std::uint16_t>(head + 26);
  record.payload = bytes.subspan(record_head_size, payload);
  return Parsed::record;
}

}  // namespace

void append_segment_head(const SegmentHead& head, Bytes& out) {
  char* to = grow(out, segment_head_size);
  std::memcpy(to, magic.data(), magic.size());
  wire::put_be(to + 8, std::uint64_t{head.first});
  wire::put_be(to + 16, static_cast<std::uint64_t>(head.began_at.ns));
  wire::put_be(to + head_sum_at, crc32c(std::span(out).last(segment_head_size).first(head_sum_at)));
}

std::optional<SegmentHead> parse_segment_head(std::span<const std::byte> bytes) {
  if (bytes.size() < segment_head_size) return std::nullopt;
  const char* from = chars(bytes);
  if (std::memcmp(from, magic.data(), magic.size()) != 0) return std::nullopt;
  if (wire::read_be<std::uint32_t>(from + head_sum_at) != crc32c(bytes.first(head_sum_at))) return std::nullopt;
  return SegmentHead{wire::read_be<std::uint64_t>(from + 8), time_at(from + 16)};
}

void append_record(const Record& record, Bytes& out) {
  TALLY_ASSERT(record.payload.size() <= payload_max);
  char* to = grow(out, record.size());
  wire::put_be(to, static_cast<std::uint32_t>(record.payload.size()));
  wire::put_be(to + 8, std::uint64_t{record.offset});
  wire::put_be(to + 16, static_cast<std::uint64_t>(record.at.ns));
  wire::put_be(to + 24, record.number);
  wire::put_be(to + 26, record.version);
  if (!record.payload.empty()) std::memcpy(to + record_head_size, record.payload.data(), record.payload.size());
  wire::put_be(to + 4, checksum(std::span(out).last(record.size())));
}

void append_seal(const Seal& seal, Bytes& out) {
  Bytes payload;
  char* to = grow(payload, seal_size - record_head_size);
  wire::put_be(to, seal.records);
  wire::put_be(to + 8, static_cast<std::uint64_t>(seal.sealed_at.ns));
  to[16] = seal.closed ? 1 : 0;
  append_record({seal.last + 1, seal.last_at, 0, 0, payload}, out);
}

std::optional<Seal> parse_seal(const Record& record) {
  if (record.number != 0 || record.size() != seal_size) return std::nullopt;
  const char* from = chars(record.payload);
  return Seal{record.offset - 1, record.at, wire::read_be<std::uint64_t>(from), time_at(from + 8), from[16] == 1};
}

Parsed parse_record(std::span<const std::byte> bytes, Offset expected, Record& record, std::string_view& why) {
  const Parsed parsed = parse_any(bytes, record, why);
  if (parsed != Parsed::record || record.offset == expected) return parsed;
  why = "a record has another offset than its place";
  return Parsed::damaged;
}

std::optional<std::size_t> find_record(std::span<const std::byte> bytes, Offset least, Record& record) {
  std::string_view ignored;
  for (std::size_t at = 0; at + record_head_size <= bytes.size(); ++at) {
    const auto rest = bytes.subspan(at);
    // A checksum is dear: first whether the offset could be one that is due.
    if (wire::read_be<std::uint64_t>(chars(rest) + 8) - least > bytes.size()) continue;
    if (parse_any(rest, record, ignored) == Parsed::record) return at;
  }
  return std::nullopt;
}

}  // namespace tally::tape_format
