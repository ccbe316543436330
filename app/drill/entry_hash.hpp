// What makes two entries the same: a hash of their stored bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "messages/entry.hpp"

namespace tally::drill {

std::string hash_of(const Entry& entry);
// Throws StoredError.
std::pair<Offset, std::string> offset_and_hash(std::span<const std::byte> stored);

}  // namespace tally::drill
