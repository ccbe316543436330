// A journal as text, and back.
//
//   <out>/<shard>/entries.jsonl[.zst]               every entry, whole: what import reads
//   <out>/<shard>/<topic>/<YYYY-MM-DD>.jsonl[.zst]  every event under its topic and the UTC date of its moment
//
// Laws: importing an export into an empty journal gives entries with equal stored bytes, or throws. `out` appears whole
// or not at all. A shard's directory is its name with everything outside [A-Za-z0-9._-], and a leading dot, as %XX.
// Formats: docs/formats/journal.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "persistence/journal.hpp"

namespace tally {

struct ExportReport {
  std::uint64_t shards = 0;
  std::uint64_t entries = 0;
  std::uint64_t events = 0;
  std::uint64_t files = 0;
};

enum class Compression { none, zstd };

// Committed entries only. Throws JournalError where `out` exists, std::system_error where it cannot be written.
ExportReport export_journal(const Journal& journal, const std::filesystem::path& out, Compression compression);

// Throws JournalError where a shard of the export has entries in `into` already, or a line is not what was exported
// (naming file and line); what came before it stays imported.
ExportReport import_journal(const std::filesystem::path& from, Journal& into);

std::string directory_name(Symbol shard);

}  // namespace tally
