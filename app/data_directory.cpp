#include "app/data_directory.hpp"

#include <algorithm>

#include "app/account_choice.hpp"
#include "app/profile.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> default_above(fs::path directory) {
  for (; !directory.empty(); directory = directory.parent_path()) {
    const fs::path candidate = directory / "cfg" / "default.yaml";
    if (fs::exists(candidate)) return candidate;
    if (directory == directory.root_path()) break;
  }
  return std::nullopt;
}

}  // namespace

Symbol keep_account_profile(const DataDirectory& data, const std::string& profile) {
  const Symbol account = read_profile_text(profile, "the profile").account.account.symbol();
  fs::create_directories(data.accounts());
  write_file_atomically(data.account_profile(account), profile);
  return account;
}

std::vector<Symbol> accounts_kept(const DataDirectory& data) {
  std::vector<Symbol> accounts;
  if (!fs::exists(data.accounts())) return accounts;
  for (const fs::directory_entry& file : fs::directory_iterator(data.accounts()))
    if (file.path().extension() == ".yaml") accounts.emplace_back(file.path().stem().string());
  std::sort(accounts.begin(), accounts.end());
  return accounts;
}

fs::path profile_file(const std::optional<fs::path>& named, const std::optional<fs::path>& data, const std::optional<std::string>& account) {
  if (named) return *named;
  if (data)
    if (const auto accounts = accounts_kept({*data}); !accounts.empty()) return DataDirectory{*data}.account_profile(chosen_account(accounts, account));
  if (data)
    if (const fs::path kept = DataDirectory{*data}.profile(); fs::exists(kept)) return kept;
  if (fs::exists("cfg/default.yaml")) return "cfg/default.yaml";
  std::error_code unknown;
  if (const auto found = default_above(fs::read_symlink("/proc/self/exe", unknown).parent_path())) return *found;
  throw ProfileError("no profile: name one with --profile, or start where cfg/default.yaml is");
}

void make_directory(const DataDirectory& data) {
  if (!fs::create_directories(data.path)) return;
  fs::permissions(data.path, fs::perms::owner_all, fs::perm_options::replace);
}

void keep_profile(const DataDirectory& data, const fs::path& profile) {
  if (fs::exists(data.profile()) && fs::equivalent(data.profile(), profile)) return;
  const fs::path beside = data.profile().string() + ".new";
  fs::copy_file(profile, beside, fs::copy_options::overwrite_existing);
  fs::rename(beside, data.profile());
}

}  // namespace tally
