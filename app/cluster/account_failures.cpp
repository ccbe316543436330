// What becomes of an account that this node cannot host: told to the others, handed over, or, where another node failed alike, parked.
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "app/cluster/cluster_settings.hpp"
#include "app/cluster/hosting.hpp"

namespace tally {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using consensus::Refusal;
using replication::NodeId;

constexpr auto pause_while_parked = 1min;
constexpr auto hosted_long_enough = 1min;   // then what failed before is over

boost::json::object words_of(Symbol account, const std::string& signature) {
  return {{"op", "hosting_failed"}, {"account", account.text()}, {"signature", signature}};
}

}  // namespace

// The signature is told before leadership goes, so that whoever comes to lead can compare.
void HostedAccount::failed_to_host(std::uint64_t term, const std::string& why) {
  const std::string signature = failure_signature(why, here_.data.path.string());
  here_.tell_others(words_of(account_, signature));
  std::optional<NodeId> alike;
  {
    std::lock_guard lock(failures_mutex_);
    failures_told_.failed(here_.journal->self(), signature);
    alike = failures_told_.same_elsewhere(here_.journal->self());
    parked_ = alike ? signature : "";
  }
  if (!alike) return hand_over();
  not_before_ = steady_clock::now() + pause_while_parked;
  spdlog::critical("{}: parked in term {}: node {} failed alike, so it lies in the account and not in a node: {}. It is not handed over any "
                   "more; this node tries again once a minute", account_.text(), term, id_text(*alike), signature);
}

// What cannot be hosted here may be hosted elsewhere: a full disk, a profile that does not fit. Not more than once a minute, so
// that a cause which travels with the shard does not make it travel.
void HostedAccount::hand_over() {
  const auto now = steady_clock::now();
  const auto replica = here_.journal->replica(account_);
  if (!replica || (handed_over_at_ && now - *handed_over_at_ < 1min)) return;
  handed_over_at_ = now;
  for (const replication::MemberStatus& member : replica->members)
    if (member.id != here_.journal->self() && member.duty == consensus::Duty::voter && here_.reaches(member.id) &&
        here_.journal->transfer(account_, member.id, false) == Refusal::none)
      return;
}

void HostedAccount::take_failure(NodeId from, const std::string& signature) {
  std::lock_guard lock(failures_mutex_);
  if (!signature.empty()) return failures_told_.failed(from, signature);
  failures_told_.over();
  parked_.clear();
}

// Into the account's journal, where it is hosted again: that is the first place from which nobody can lose it.
void HostedAccount::record_failures(const Hosting& hosting) {
  std::vector<std::pair<NodeId, std::string>> rows;
  {
    std::lock_guard lock(failures_mutex_);
    rows = failures_told_.all();
    parked_.clear();
  }
  for (const auto& [node, signature] : rows) hosting.node->record("HOSTING_FAILED", Severity::critical, id_text(node), signature);
}

// Hosted, and still so after a while.
void HostedAccount::forget_failures() {
  if (steady_clock::now() - hosted_at_ < hosted_long_enough) return;
  {
    std::lock_guard lock(failures_mutex_);
    if (failures_told_.all().empty()) return;
    failures_told_.over();
    parked_.clear();
  }
  here_.tell_others(words_of(account_, ""));
}

std::string HostedAccount::parked() const {
  std::lock_guard lock(failures_mutex_);
  return leading() != 0 ? parked_ : "";
}

// Not to be waited for: nobody hosts it before its cause is mended.
void HostedAccount::refuse_parked() const {
  if (const std::string why = parked(); !why.empty())
    throw CommandFailed(exit_refused, "PARKED: no node can host '" + std::string(account_.text()) + "': " + why);
}

}  // namespace tally
