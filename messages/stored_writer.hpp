// Writes the primitives of stored bytes (grammar: docs/formats/stored-bytes.md) into a raw buffer.
//
// The fast path has one bounds check a message: reserve(n) first, then up to n bytes of put_* without checks. The buffer
// is the thread's spare one, so that a payload costs no allocation until append_to copies it into its vector.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "messages/shape.hpp"

namespace tally {

// Bounds that both sides keep.
inline constexpr std::size_t payload_size_max = std::size_t{16} << 20;
inline constexpr std::size_t entry_size_max = std::size_t{64} << 20;

// What one varint can take.
inline constexpr std::size_t varint_size_max = 10;
inline constexpr std::size_t wide_varint_size_max = 19;
inline constexpr std::size_t name_size_max = 3 + Symbol::length_max;

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr unsigned __int128 zigzag(Int128 value) {
  return (static_cast<unsigned __int128>(value) << 1) ^ static_cast<unsigned __int128>(value >> 127);
}

// Eight groups of seven bits, from 56 adjoining ones to one a byte, and back: three steps that halve the distance.
constexpr std::uint64_t spread_groups(std::uint64_t bits) {
  bits = ((bits & 0x00FF'FFFF'F000'0000) << 4) | (bits & 0x0000'0000'0FFF'FFFF);
  bits = ((bits & 0x0FFF'C000'0FFF'C000) << 2) | (bits & 0x0000'3FFF'0000'3FFF);
  return ((bits & 0x3F80'3F80'3F80'3F80) << 1) | (bits & 0x007F'007F'007F'007F);
}
constexpr std::uint64_t join_groups(std::uint64_t bytes) {
  bytes = ((bytes & 0x7F00'7F00'7F00'7F00) >> 1) | (bytes & 0x007F'007F'007F'007F);
  bytes = ((bytes & 0x3FFF'0000'3FFF'0000) >> 2) | (bytes & 0x0000'3FFF'0000'3FFF);
  return ((bytes & 0x0FFF'FFFF'0000'0000) >> 4) | (bytes & 0x0000'0000'0FFF'FFFF);
}
static_assert(std::endian::native == std::endian::little, "stored bytes are written eight at a time, lowest first");

// The last name of each kind, against which the next one is front-coded. One a payload, one for an entry's streams.
using LastNames = std::array<Symbol, shape::name_count>;

class StoreWriter {
 public:
  StoreWriter();
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void reserve(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - cursor_) < bytes) [[unlikely]] grow(bytes);
  }

  void put_byte(std::uint8_t value) { *cursor_++ = value; }
  // May scribble over what it has reserved beyond its end: varint_size_max bytes a varint.
  void put_varint(std::uint64_t value) {
    if (value < 0x80) return put_byte(static_cast<std::uint8_t>(value));
    if (value >> 56 != 0) {
      put_groups(value, 8);
      cursor_[7] |= 0x80;
      cursor_ += 8;
      value >>= 56;
      if (value >= 0x80) {
        put_byte(static_cast<std::uint8_t>(value) | 0x80);
        value >>= 7;
      }
      return put_byte(static_cast<std::uint8_t>(value));
    }
    const int size = (std::bit_width(value) + 6) / 7;
    put_groups(value, size);
    cursor_ += size;
  }
  void put_wide_varint(unsigned __int128 value) {
    // Nine bytes carry 63 bits, so what is left of 128 goes through the 64-bit form at most twice.
    while (value >> 64 != 0) {
      const auto low = static_cast<std::uint64_t>(value);
      put_groups(low, 8);
      cursor_[7] |= 0x80;
      cursor_[8] = static_cast<std::uint8_t>(low >> 56) | 0x80;
      cursor_ += 9;
      value >>= 63;
    }
    put_varint(static_cast<std::uint64_t>(value));
  }
  void put_bytes(const void* bytes, std::size_t size) {
    if (size != 0) std::memcpy(cursor_, bytes, size);
    cursor_ += size;
  }
  // `text` lies at the front of `Capacity` readable bytes; copying them all is one or two moves.
  template <std::size_t Capacity>
  void put_padded(std::string_view text) {
    std::memcpy(cursor_, text.data(), Capacity);
    cursor_ += text.size();
  }
  void put_name(std::size_t slot, Symbol name) {
    if (name == names_[slot]) return put_byte(0);
    put_other_name(slot, name);
  }

  std::size_t size() const { return static_cast<std::size_t>(cursor_ - begin_.get()); }

  // Begins a payload inside an entry: fresh names, and a length before it that close_payload fills in.
  struct Payload {
    std::size_t start;
    LastNames outer;
  };
  Payload open_payload();
  void close_payload(const Payload& payload);

  void append_to(std::vector<std::byte>& out) const;

 private:
  // The low 56 bits of `value` as eight groups of seven at the cursor, all but the last of `size` marked as continued.
  void put_groups(std::uint64_t value, int size) {
    std::uint64_t spread = spread_groups(value & 0x00FF'FFFF'FFFF'FFFF);
    spread |= 0x8080'8080'8080'8080 & ((std::uint64_t{1} << (8 * (size - 1))) - 1);
    std::memcpy(cursor_, &spread, sizeof spread);
  }
  void grow(std::size_t bytes);
  void put_other_name(std::size_t slot, Symbol name);

  std::unique_ptr<std::uint8_t[]> begin_;
  std::uint8_t* cursor_;
  std::uint8_t* end_;
  LastNames names_{};
};

}  // namespace tally
