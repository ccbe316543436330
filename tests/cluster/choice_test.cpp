// Which account a command is about.
#include "app/account_choice.hpp"
#include "app/exit_code.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

std::string refusal(const std::vector<Symbol>& accounts, const std::optional<std::string>& named, int code) {
  try {
    chosen_account(accounts, named);
  } catch (const CommandFailed& failed) {
    CHECK(failed.code == code);
    return failed.what();
  }
  return "nothing was refused";
}

}  // namespace

TEST_CASE("An account is the only one or the one that is named; else the refusal lists what there is") {
  const Symbol demo("demo"), swing("swing");
  CHECK(chosen_account({demo}, std::nullopt) == demo);
  CHECK(chosen_account({demo}, "demo") == demo);
  CHECK(chosen_account({demo, swing}, "swing") == swing);
  CHECK(refusal({demo, swing}, std::nullopt, exit_usage) == "several accounts are here, say which with --account: demo, swing");
  CHECK(refusal({demo, swing}, "other", exit_not_found) == "there is no account 'other' here; there is demo, swing");
  CHECK(refusal({demo}, "other", exit_not_found) == "there is no account 'other' here; there is demo");
  CHECK(refusal({}, std::nullopt, exit_not_found) == "there is no account here yet");
}
