#include "app/drill/entry_hash.hpp"

#include "messages/stored.hpp"
#include "persistence/sha256.hpp"

namespace tally::drill {
namespace {

std::string hash_of_bytes(std::span<const std::byte> bytes) {
  const Digest digest = sha256(bytes);
  return hex(digest);
}

}  // namespace

std::string hash_of(const Entry& entry) {
  std::vector<std::byte> bytes;
  store_entry(entry, bytes);
  return hash_of_bytes(bytes);
}

std::pair<Offset, std::string> offset_and_hash(std::span<const std::byte> stored) {
  return {read_entry(stored).offset, hash_of_bytes(stored)};
}

}  // namespace tally::drill
