// Stored bytes: the compact form in journals, snapshots and between nodes. Grammar: docs/formats/stored-bytes.md.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include "messages/entry.hpp"

namespace tally {

// Bytes that are no valid stored form: truncated, oversize, out of range. Never thrown for an unknown type or a
// newer version; those become Opaque.
struct StoredError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Appends the payload of one message (its type and version stand outside).
void store_message(const Message& message, std::vector<std::byte>& out);
Message read_message(std::uint16_t number, std::uint16_t version, std::span<const std::byte> payload);

// Appends one entry. read_entry wants exactly one entry's bytes.
void store_entry(const Entry& entry, std::vector<std::byte>& out);
Entry read_entry(std::span<const std::byte> bytes);

}  // namespace tally
