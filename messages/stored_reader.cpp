#include "messages/stored_reader.hpp"

#include <algorithm>

namespace tally {

void StoreReader::refuse(const char* why) { throw StoredError(std::string("stored bytes: ") + why); }

// Byte by byte: near the end of the input, and for values of more than 56 bits.
std::uint64_t StoreReader::take_slow_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = take_byte();
    if (shift == 63 && byte > 1) refuse("varint beyond 64 bits");
    value |= (byte & 0x7F) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift != 0) refuse("varint longer than needed");
      return value;
    }
  }
  refuse("varint beyond 64 bits");
}

unsigned __int128 StoreReader::take_wide_varint() {
  unsigned __int128 value = 0;
  int shift = 0;
  if (remaining() >= 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, cursor_, sizeof bytes);
    if (~bytes & 0x8080'8080'8080'8080) return take_varint();
    value = join_groups(bytes & 0x7F7F'7F7F'7F7F'7F7F);
    cursor_ += 8;
    shift = 56;
  }
  for (;; shift += 7) {
    const std::uint8_t byte = take_byte();
    if (shift > 126 || (shift == 126 && byte > 3)) refuse("varint beyond 128 bits");
    value |= static_cast<unsigned __int128>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift != 0) refuse("varint longer than needed");
      return value;
    }
  }
}

Symbol StoreReader::take_other_name(std::size_t slot, std::uint8_t code) {
  std::size_t cut = code >> 4;
  std::size_t added = code & 15;
  if (code == 0xFF) {
    cut = take_byte();
    added = take_byte();
    if (cut <= 15 && added <= 15 && cut + added < 30) refuse("name coded longer than needed");
  }
  const std::string_view before = names_[slot].text();
  if (cut > before.size()) refuse("name cut beyond its predecessor");
  const std::size_t shared = before.size() - cut;
  if (shared + added > Symbol::length_max) refuse("name longer than 63 characters");
  const std::string_view tail = take_text(added);
  if (cut != 0 && added != 0 && before[shared] == tail[0]) refuse("name coded longer than needed");
  std::array<char, Symbol::length_max> joined;
  std::string_view text = tail;
  if (shared != 0) {
    std::copy(tail.begin(), tail.end(), std::copy_n(before.begin(), shared, joined.begin()));
    text = {joined.data(), shared + added};
  }
  try {
    return names_[slot] = Symbol(text);
  } catch (const NameError& error) {
    throw StoredError(std::string("stored bytes: ") + error.what());
  }
}

}  // namespace tally
