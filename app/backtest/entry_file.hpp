// The entries of one shard in a file: what a backtest keeps of its journal.
//
//   "tally entries v1 SHARD\n"
//   then frames: length (4 bytes, little-endian), CRC-32C of what follows (4 bytes, little-endian), the entry as stored bytes
//
// Read back, an entry is the one that was appended, or there is an error that names the frame.
#pragma once

#include "app/backtest/output_directory.hpp"
#include "messages/entry.hpp"
#include "persistence/export.hpp"

namespace tally::backtest {

inline constexpr const char* entry_file_ending = ".entries";

class EntryFileOut {
 public:
  // In `directory`, named after the shard.
  EntryFileOut(const std::filesystem::path& directory, Symbol shard);
  void append(const Entry& entry);
  void finish() { file_.finish(); }  // throws std::system_error

 private:
  LineFile file_;
  std::vector<std::byte> bytes_;
};

class EntryFile {
 public:
  explicit EntryFile(const std::filesystem::path& file);  // throws JournalError where it is none
  Symbol shard() const { return shard_; }
  // False after the last. Throws JournalError on a frame that is cut off, damaged or does not follow the last.
  bool next(Entry& entry);

 private:
  [[noreturn]] void fail(const std::string& why) const;

  std::string name_;
  std::ifstream in_;
  Symbol shard_;
  Offset last_ = 0;
  std::vector<std::byte> bytes_;
};

bool has_entry_files(const std::filesystem::path& directory);

// Appends the account's and the venue's entries of a backtest's journal to one that has none of those shards, so that every
// view of an account works on them. Strategies have no shard there: their intents stand in the account's signals. Throws
// JournalError.
ExportReport import_entries(const std::filesystem::path& directory, Journal& into);

}  // namespace tally::backtest
