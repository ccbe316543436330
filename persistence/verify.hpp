// Checks a journal on disk from its first row to its last, read-only, also beside a running node: offsets dense,
// checksums, every entry decodes, every link of the hash chain, nothing acknowledged missing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "persistence/journal.hpp"
#include "persistence/sha256.hpp"

namespace tally {

struct ShardReport {
  Symbol name;
  Offset end = 0;                   // the last good offset
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;          // of stored rows
  std::uint64_t groups = 0;         // links of the chain that were checked
  Offset chained = 0;               // the last offset that a stored link covers
  Digest head{};                    // the link there
  std::optional<Offset> first_bad;  // where trust ends
  std::string why;
};

struct VerifyReport {
  std::vector<ShardReport> shards;  // ascending by name
  std::string trouble;              // where the database as a whole cannot be opened or is not a journal
  bool sound() const;
};

// Never throws for damage; that is what it reports.
VerifyReport verify(const std::filesystem::path& directory);

}  // namespace tally
