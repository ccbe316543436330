// Who a disk is among others: a random id, made once with the journal's directory. A disk that was wiped is somebody else.
#pragma once

#include <filesystem>

#include "persistence/consensus/types.hpp"

namespace tally::replication {

// Makes the file <journal>/NODE where it is missing. Throws JournalError where it is damaged.
consensus::NodeId node_identity(const std::filesystem::path& journal_directory);

std::uint64_t fresh_number();  // random, never 0

// A generation says whose founding it goes back to, so that logs of one name and different origin never hear each other, and
// how often an operator had one disk go on alone since.
constexpr int generation_bits = 16;
consensus::Generation fresh_generation();
constexpr std::uint64_t founding_of(consensus::Generation generation) { return generation >> generation_bits; }
constexpr std::uint64_t count_of(consensus::Generation generation) { return generation & ((1u << generation_bits) - 1); }

}  // namespace tally::replication
