// Reads the primitives of stored bytes. Every accepted input is the one canonical form of its value: an over-long
// varint, a bool that is neither 0 nor 1 or a name coded longer than needed throws StoredError, like truncation does.
#pragma once

#include <cstring>
#include <span>
#include <string>

#include "messages/stored.hpp"
#include "messages/stored_writer.hpp"

namespace tally {

constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
constexpr Int128 unzigzag(unsigned __int128 value) {
  return static_cast<Int128>(value >> 1) ^ -static_cast<Int128>(value & 1);
}

class StoreReader {
 public:
  explicit StoreReader(std::span<const std::byte> bytes)
      : cursor_(reinterpret_cast<const std::uint8_t*>(bytes.data())), end_(cursor_ + bytes.size()) {}

  bool at_end() const { return cursor_ == end_; }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - cursor_); }

  [[noreturn]] static void refuse(const char* why);

  std::uint8_t take_byte() {
    if (cursor_ == end_) [[unlikely]] refuse("truncated");
    return *cursor_++;
  }
  std::uint64_t take_varint() {
    if (remaining() >= 8) [[likely]] {
      std::uint64_t bytes;
      std::memcpy(&bytes, cursor_, sizeof bytes);
      if (const std::uint64_t ends = ~bytes & 0x8080'8080'8080'8080; ends != 0) [[likely]] {
        const int last = std::countr_zero(ends) / 8;
        bytes &= ~std::uint64_t{0} >> (56 - 8 * last);
        if (last != 0 && bytes >> (8 * last) == 0) [[unlikely]] refuse("varint longer than needed");
        cursor_ += last + 1;
        return join_groups(bytes);
      }
    }
    return take_slow_varint();
  }
  unsigned __int128 take_wide_varint();
  std::string_view take_text(std::size_t size) {
    if (size > remaining()) [[unlikely]] refuse("truncated");
    const std::string_view text(reinterpret_cast<const char*>(cursor_), size);
    cursor_ += size;
    return text;
  }
  std::span<const std::byte> take_bytes(std::size_t size) {
    const std::string_view text = take_text(size);
    return std::as_bytes(std::span(text.data(), text.size()));
  }
  // A count of elements of at least `element_size` bytes each: refused before anything is allocated for them.
  std::size_t take_count(std::size_t element_size) {
    const std::uint64_t count = take_varint();
    if (count > remaining() / element_size) [[unlikely]] refuse("count beyond the bytes that are left");
    return static_cast<std::size_t>(count);
  }
  Symbol take_name(std::size_t slot) {
    const std::uint8_t code = take_byte();
    return code == 0 ? names_[slot] : take_other_name(slot, code);
  }
  void finish() const {
    if (cursor_ != end_) [[unlikely]] refuse("bytes after the end");
  }

 private:
  std::uint64_t take_slow_varint();
  Symbol take_other_name(std::size_t slot, std::uint8_t code);

  const std::uint8_t* cursor_;
  const std::uint8_t* end_;
  LastNames names_{};
};

}  // namespace tally
