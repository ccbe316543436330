// Random messages and entries, and what is compared of them.
#pragma once

#include <vector>

#include "messages/catalog.hpp"
#include "messages/entry.hpp"
#include "messages/stored.hpp"

namespace tally::test {

Message random_message(const CatalogRow& row, std::uint64_t seed, bool full = false);
Entry random_entry(std::uint64_t seed);

bool same(const Message& a, const Message& b);
bool same(const Entry& a, const Entry& b);

std::vector<std::byte> stored(const Message& message);
std::vector<std::byte> stored(const Entry& entry);

// One byte a two-digit group, for messages of failing tests and for the format page.
std::string hex(std::span<const std::byte> bytes);

}  // namespace tally::test
