// Fixed-width integers in keys and row heads. Keys are big-endian, so that their order is the order of the numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tally::wire {

template <class Integer>
void put_be(char* to, Integer value) {
  for (std::size_t i = sizeof(Integer); i-- > 0; value = static_cast<Integer>(value >> 8)) to[i] = static_cast<char>(value & 0xFF);
}
template <class Integer>
Integer read_be(const char* from) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) value = static_cast<Integer>(value << 8 | static_cast<unsigned char>(from[i]));
  return value;
}
template <class Integer>
void append_be(std::string& to, Integer value) {
  char bytes[sizeof(Integer)];
  put_be(bytes, value);
  to.append(bytes, sizeof bytes);
}

inline void append_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>(value | 0x80);
  to += static_cast<char>(value);
}

// Takes fields off the front; every take fails once the text is too short.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  template <class Integer>
  Integer be() {
    const std::string_view bytes = take(sizeof(Integer));
    return ok_ ? read_be<Integer>(bytes.data()) : Integer{};
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = be<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::string_view rest() { return take(rest_.size()); }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

inline std::span<const std::byte> bytes_of(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }
inline std::string_view text_of(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace tally::wire
