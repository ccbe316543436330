// What becomes of an account that this node cannot host: told to the others, handed over, or, where another node failed alike, parked.
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "app/cluster/hosting.hpp"
#include "app/exit_code.hpp"
#include "app/request_fields.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Refusal;
using replication::NodeId;

constexpr auto pause_while_parked = 1min;
constexpr auto hosted_long_enough = 1min;   // then what failed before is over
constexpr auto patience_for_telling = 500ms;

}  // namespace

// The signature is told before leadership goes, so that whoever comes to lead can compare.
void ClusterNode::failed_to_host(std::uint64_t term, const std::string& why) {
  const std::string signature = failure_signature(why, data_.path.string());
  tell_failure(signature);
  std::optional<NodeId> alike;
  {
    std::lock_guard lock(failures_mutex_);
    failures_told_.failed(account_, journal_->self(), signature);
    alike = failures_told_.same_elsewhere(account_, journal_->self());
    parked_ = alike ? signature : "";
  }
  failures_ = 0;
  if (!alike) return hand_over_what_fails();
  not_before_ = std::chrono::steady_clock::now() + pause_while_parked;
  spdlog::critical("{}: parked in term {}: node {} failed alike, so it lies in the account and not in a node: {}. It is not handed over any "
                   "more; this node tries again once a minute", account_.text(), term, id_text(*alike), signature);
}

// What cannot be hosted here may be hosted elsewhere: a full disk, a profile that does not fit. Not more than once a minute, so
// that a cause which travels with the shard does not make it travel.
void ClusterNode::hand_over_what_fails() {
  const auto now = std::chrono::steady_clock::now();
  if (handed_over_at_ && now - *handed_over_at_ < 1min) return;
  handed_over_at_ = now;
  for (const replication::ReplicaStatus& replica : journal_->replicas())
    for (const replication::MemberStatus& member : replica.members)
      if (replica.shard == account_ && member.id != journal_->self() && member.duty == consensus::Duty::voter && reaches(member.id) &&
          journal_->transfer(account_, member.id, false) == Refusal::none)
        return;
}

// To all that can be reached; an empty signature: it is over.
void ClusterNode::tell_failure(const std::string& signature) {
  std::set<NodeId> others;
  {
    std::lock_guard lock(settings_mutex_);
    others = reachable_;
  }
  for (const NodeId other : others) {
    try {
      calls_->ask(other, {{"op", "hosting_failed"}, {"account", account_.text()}, {"signature", signature}}, patience_for_telling);
    } catch (const CommandFailed& failed) {
      spdlog::debug("{} was not told why an account failed: {}", id_text(other), failed.what());
    }
  }
}

void ClusterNode::take_failure(NodeId from, const json::object& request) {
  if (text_at(request, "account") != account_.text()) return;
  std::lock_guard lock(failures_mutex_);
  if (text_at(request, "signature").empty()) {
    failures_told_.over(account_);
    parked_.clear();
  } else {
    failures_told_.failed(account_, from, text_at(request, "signature"));
  }
}

// Into the account's journal, where it is hosted again: that is the first place from which nobody can lose it.
void ClusterNode::record_failures(const Hosting& hosting) {
  std::vector<std::pair<NodeId, std::string>> rows;
  {
    std::lock_guard lock(failures_mutex_);
    rows = failures_told_.all(account_);
    parked_.clear();
  }
  for (const auto& [node, signature] : rows)
    hosting.node->record("HOSTING_FAILED", Severity::critical, id_text(node), signature);
}

// Hosted, and still so after a while.
void ClusterNode::forget_failures() {
  if (std::chrono::steady_clock::now() - hosted_at_ < hosted_long_enough) return;
  {
    std::lock_guard lock(failures_mutex_);
    if (failures_told_.all(account_).empty()) return;
    failures_told_.over(account_);
    parked_.clear();
  }
  tell_failure("");
}

}  // namespace tally
