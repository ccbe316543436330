#include "messages/stored_reader.hpp"

namespace tally {

void StoreReader::refuse(const char* why) { throw StoredError(std::string("stored bytes: ") + why); }

std::uint64_t StoreReader::take_longer_varint(std::uint64_t low) {
  for (int shift = 7; shift < 64; shift += 7) {
    const std::uint64_t byte = take_byte();
    if (shift == 63 && byte > 1) refuse("varint beyond 64 bits");
    low |= (byte & 0x7F) << shift;
    if (byte < 0x80) {
      if (byte == 0) refuse("varint longer than needed");
      return low;
    }
  }
  refuse("varint beyond 64 bits");
}

unsigned __int128 StoreReader::take_wide_varint() {
  std::uint8_t byte = take_byte();
  if (byte < 0x80) return byte;
  // The low 63 bits in a register pair's half first: most amounts end there or shortly after.
  std::uint64_t low = byte & 0x7F;
  int shift = 7;
  for (; shift < 63 && byte >= 0x80; shift += 7) {
    byte = take_byte();
    low |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
  }
  unsigned __int128 value = low;
  for (; byte >= 0x80; shift += 7) {
    byte = take_byte();
    if (shift > 126 || (shift == 126 && byte > 3)) refuse("varint beyond 128 bits");
    value |= static_cast<unsigned __int128>(byte & 0x7F) << shift;
  }
  if (byte == 0) refuse("varint longer than needed");
  return value;
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
  char text[Symbol::length_max];
  std::memcpy(text, before.data(), shared);
  std::memcpy(text + shared, tail.data(), added);
  try {
    return names_[slot] = Symbol(std::string_view(text, shared + added));
  } catch (const NameError& error) {
    throw StoredError(std::string("stored bytes: ") + error.what());
  }
}

}  // namespace tally
