// 64 bits of FNV-1a as 16 hex digits: names contents, keeps no secrets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tally::strategy {

inline std::string hash_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  std::string hex(16, '0');
  for (auto digit = hex.rbegin(); digit != hex.rend(); ++digit, hash >>= 4) *digit = "0123456789abcdef"[hash & 15];
  return hex;
}

}  // namespace tally::strategy
