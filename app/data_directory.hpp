// Where one node keeps everything: its journal, its socket, its log and the profile it was first started with; a node of a cluster
// has one profile an account, in accounts/.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "messages/symbol.hpp"

namespace tally {

struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path journal() const { return path / "journal"; }
  std::filesystem::path socket() const { return path / "node.sock"; }
  std::filesystem::path log() const { return path / "log" / "node.log"; }
  std::filesystem::path profile() const { return path / "profile.yaml"; }

  std::filesystem::path accounts() const { return path / "accounts"; }
  std::filesystem::path account_profile(Symbol account) const { return accounts() / (std::string(account.text()) + ".yaml"); }

  bool has_journal() const { return std::filesystem::exists(journal()); }
};

// The profile to go by: the one that is named; else the one that `data` was started with, in a cluster that of the account; else
// cfg/default.yaml, found beside the caller or above the program. Throws ProfileError; CommandFailed as chosen_account does.
std::filesystem::path profile_file(const std::optional<std::filesystem::path>& named, const std::optional<std::filesystem::path>& data,
                                   const std::optional<std::string>& account = {});

// Keeps a profile's text as that of the account it names, which it answers. Throws ProfileError, std::filesystem::filesystem_error.
Symbol keep_account_profile(const DataDirectory& data, const std::string& profile);
// Of which a profile is kept in accounts/, ascending.
std::vector<Symbol> accounts_kept(const DataDirectory& data);

// Makes the directory, for this user alone. Throws std::filesystem::filesystem_error.
void make_directory(const DataDirectory& data);

// Keeps the profile in it, so that later commands need only --data; what was kept is replaced.
void keep_profile(const DataDirectory& data, const std::filesystem::path& profile);

}  // namespace tally
