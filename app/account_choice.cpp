#include "app/account_choice.hpp"

#include <algorithm>

#include "app/exit_code.hpp"

namespace tally {
namespace {

std::string list_of(const std::vector<Symbol>& accounts) {
  std::string text;
  for (const Symbol account : accounts) text += (text.empty() ? "" : ", ") + std::string(account.text());
  return text;
}

}  // namespace

Symbol chosen_account(const std::vector<Symbol>& accounts, const std::optional<std::string>& named) {
  if (accounts.empty()) throw CommandFailed(exit_not_found, "there is no account here yet");
  if (!named && accounts.size() > 1)
    throw CommandFailed(exit_usage, "several accounts are here, say which with --account: " + list_of(accounts));
  if (!named) return accounts.front();
  const auto found = std::find_if(accounts.begin(), accounts.end(), [&](Symbol account) { return account.text() == *named; });
  if (found == accounts.end()) throw CommandFailed(exit_not_found, "there is no account '" + *named + "' here; there is " + list_of(accounts));
  return *found;
}

}  // namespace tally
