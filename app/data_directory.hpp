// Where one node keeps everything: its journal, its socket, its log and the profile it was first started with.
#pragma once

#include <filesystem>
#include <optional>

namespace tally {

struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path journal() const { return path / "journal"; }
  std::filesystem::path socket() const { return path / "node.sock"; }
  std::filesystem::path log() const { return path / "log" / "node.log"; }
  std::filesystem::path profile() const { return path / "profile.yaml"; }

  bool has_journal() const { return std::filesystem::exists(journal()); }
};

// The profile to go by: the one that is named; else the one that `data` was started with; else cfg/default.yaml, found beside
// the caller or above the program. Throws ProfileError.
std::filesystem::path profile_file(const std::optional<std::filesystem::path>& named,
                                   const std::optional<std::filesystem::path>& data);

// Makes the directory, for this user alone. Throws std::filesystem::filesystem_error.
void make_directory(const DataDirectory& data);

// Keeps the profile in it, so that later commands need only --data; what was kept is replaced.
void keep_profile(const DataDirectory& data, const std::filesystem::path& profile);

}  // namespace tally
