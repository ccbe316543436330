// The accounts of a cluster: how they come to this node, and how one is added.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "app/account_choice.hpp"
#include "app/cluster/cluster_node.hpp"
#include "app/profile.hpp"
#include "app/request_fields.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using replication::NodeId;

constexpr auto patience_for_a_row = 5s;

}  // namespace

void ClusterNode::take_new_accounts() {
  directory_->follow([this](const DirectoryRow& row) { take_account(row); });
}

// The profile first, then the log, then who hosts it; each only where it is missing, so that whatever was cut short is done again by
// the next start.
void ClusterNode::take_account(const DirectoryRow& row) {
  const auto file = data_.account_profile(row.account);
  if (!std::filesystem::exists(file)) {  // what is there may have been changed for this node by its operator
    std::filesystem::create_directories(data_.accounts());
    write_file_atomically(file, row.profile);
  }
  const bool founds = std::any_of(row.members.begin(), row.members.end(), [&](const auto& member) { return member.id == journal_->self(); });
  if (founds) journal_->found(row.account, row.generation, row.members);
  HostedAccount::Surroundings here{journal_, leaderships_, data_, {}, stop_, {}, {}, {}, {}};
  here.reaches = [this](NodeId peer) { return reaches(peer); };
  here.has_room = [this](NodeId peer) { return has_room(peer); };
  here.tell_others = [this](const json::object& words) { tell_others(words); };
  here.runs = [this] {
    std::lock_guard lock(settings_mutex_);
    return settings_.find(journal_->self())->duty != consensus::Duty::witness;
  };
  {
    std::lock_guard lock(settings_mutex_);
    here.node = settings_.name;
  }
  const auto account = std::make_shared<HostedAccount>(row.account, std::move(here));
  spdlog::info("{}: an account of this cluster", row.account.text());
  std::unique_lock lock(accounts_mutex_);
  accounts_.emplace(row.account, account);
}

// What `tally cluster init` was given: written into the directory once its log is led, and again where that was cut short.
void ClusterNode::found_what_was_given() {
  if (founded_all_ || !settings_.founder || leaderships_.term(AccountDirectory::shard()) == 0) return;
  for (const Symbol account : accounts_kept(data_))
    if (!find_account(account)) directory_->add(account, read_file(data_.account_profile(account)));
  founded_all_ = true;
}

std::vector<Symbol> ClusterNode::account_names() const {
  std::vector<Symbol> names;
  std::shared_lock lock(accounts_mutex_);
  for (const auto& [name, account] : accounts_) names.push_back(name);
  return names;
}

ClusterNode::HostedAccountPtr ClusterNode::find_account(Symbol account) const {
  std::shared_lock lock(accounts_mutex_);
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? nullptr : found->second;
}

Symbol ClusterNode::account_in(const json::object& request) const {
  return chosen_account(account_names(), request.contains("account") ? std::optional(text_at(request, "account")) : std::nullopt);
}

// Of each account: who leads it, as this node knows, and what this node does for it.
json::object ClusterNode::accounts() {
  json::array rows;
  for (const Symbol account : account_names()) {
    const auto replica = journal_->replica(account);
    const NodeId leader = replica ? replica->leader : consensus::nobody;
    std::lock_guard lock(settings_mutex_);
    const ClusterMember* member = settings_.find(leader);
    rows.push_back(json::object{{"account", account.text()}, {"leader", leader == consensus::nobody ? "" : member ? member->name : id_text(leader)},
                                {"committed", replica ? replica->committed : 0}});
  }
  return {{"accounts", std::move(rows)}};
}

// Given to any node; the one that leads the directory writes it. Answered when this node has the account, too.
json::object ClusterNode::add_account(const json::object& request) {
  const Profile profile = read_profile_text(text_at(request, "profile"), "the profile");
  if (profile.venue_reach.address.empty())
    throw CommandFailed(exit_usage, "the venue of a cluster's account is outside of it: the profile must name venue.address");
  const Symbol account = profile.account.account.symbol();
  const json::object added = run(AccountDirectory::shard(), "account_add", request);
  const auto until = std::chrono::steady_clock::now() + patience_for_a_row;
  while (!find_account(account)) {
    if (std::chrono::steady_clock::now() > until)
      throw CommandFailed(exit_failed, "the account '" + std::string(account.text()) + "' was added, and this node has not heard of it so far");
    std::this_thread::sleep_for(20ms);
  }
  return {{"account", account.text()}, {"added", added.at("added")}};
}

json::object ClusterNode::add_account_here(const json::object& request) {
  const std::string text = text_at(request, "profile");
  const Symbol account = read_profile_text(text, "the profile").account.account.symbol();
  if (leaderships_.term(AccountDirectory::shard()) == 0) throw no_leader(AccountDirectory::shard());
  return {{"added", directory_->add(account, text)}};
}

}  // namespace tally
