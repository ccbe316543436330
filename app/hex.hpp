// Bytes as hexadecimal text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tally {

inline std::string to_hex(std::span<const std::byte> bytes) {
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = "0123456789abcdef"[static_cast<unsigned>(bytes[i]) >> 4];
    text[2 * i + 1] = "0123456789abcdef"[static_cast<unsigned>(bytes[i]) & 15];
  }
  return text;
}

// nullopt on anything but pairs of lower-case hexadecimal digits.
inline std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::byte>(high << 4 | low);
  }
  return bytes;
}

}  // namespace tally
