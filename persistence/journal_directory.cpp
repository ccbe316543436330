#include "persistence/journal_directory.hpp"

#include <algorithm>

#include "persistence/atomic_file.hpp"
#include "persistence/verify.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view marker_text = "tallystick journal, format 2\n";

bool holds_data(const fs::path& data) {
  if (!fs::exists(data)) return false;
  return std::any_of(fs::directory_iterator(data), fs::directory_iterator(), [](const fs::directory_entry& file) {
    return file.path().extension() == ".sst" || (file.path().extension() == ".log" && file.file_size() > 0);
  });
}

// A database that lost its CURRENT file would be begun anew without a word: so only what has no marker and no data is
// created, and what has a marker must open.
LogDatabase::Mode mode_for(const fs::path& directory) {
  const fs::path marker = directory / "JOURNAL";
  if (!fs::exists(marker)) {
    if (holds_data(directory / "data")) throw JournalError(directory.string() + " holds data, but no file JOURNAL that says what it is");
    return LogDatabase::Mode::create;
  }
  if (read_file(marker) != marker_text) throw JournalError(marker.string() + " is not a journal of a format that this build knows");
  return LogDatabase::Mode::write;
}

}  // namespace

LogDatabase open_log(const fs::path& directory, std::size_t write_buffer_bytes) {
  for (const char* part : {"data", "cache", "log"}) fs::create_directories(directory / part);
  const LogDatabase::Mode mode = mode_for(directory);
  try {
    return LogDatabase(directory, mode, write_buffer_bytes);
  } catch (const JournalError& error) {
    const std::string why = error.what();
    if (mode == LogDatabase::Mode::write && why.find("lock") == std::string::npos)
      for (const ShardReport& shard : verify(directory).shards)
        if (shard.first_bad) throw JournalDamaged(shard.name, *shard.first_bad, shard.why + "; " + why);
    throw;
  }
}

void mark_as_journal(const fs::path& directory) {
  if (!fs::exists(directory / "JOURNAL")) write_file_atomically(directory / "JOURNAL", marker_text);
}

}  // namespace tally
