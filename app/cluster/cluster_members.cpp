// Who belongs to the cluster: the address book that nodes pass on, and the members that a leader makes of it.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>

#include "app/cluster/cluster_address.hpp"
#include "app/cluster/cluster_node.hpp"
#include "app/exit_code.hpp"
#include "app/request_fields.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Change;
using consensus::Refusal;

}  // namespace

// Who joined becomes a learner of what this node leads, and a voter when it has caught up.
void ClusterNode::keep_members() {
  for (const replication::ReplicaStatus& replica : journal_->replicas()) {
    if (replica.role != consensus::Role::leader) continue;
    std::lock_guard lock(settings_mutex_);
    for (const ClusterMember& wanted : settings_.book) {
      const auto found = std::find_if(replica.members.begin(), replica.members.end(), [&](const auto& member) { return member.id == wanted.id; });
      const bool member = found != replica.members.end();
      Change change{Change::Kind::add_learner, wanted.id, wanted.duty == consensus::Duty::witness, false};
      if (wanted.gone && !member) continue;
      if (!member && !reachable_.contains(wanted.id)) continue;  // a name in a book proves nothing
      if (wanted.gone) change.kind = Change::Kind::remove;
      else if (member && found->duty == wanted.duty) continue;
      else if (member && found->duty != consensus::Duty::learner) continue;
      else if (member) change.kind = Change::Kind::promote;
      const Refusal refusal = journal_->change(replica.shard, change);
      if (refusal == Refusal::none)
        spdlog::info("{}: node {} ({}) {}", replica.shard.text(), wanted.name, id_text(wanted.id),
                     change.kind == Change::Kind::add_learner ? "learns" : change.kind == Change::Kind::promote ? "votes" : "is no member any more");
      break;  // one at a time; the next round goes on
    }
  }
}

void ClusterNode::pass_on_book() {
  std::string text;
  {
    std::lock_guard lock(settings_mutex_);
    if (!std::exchange(book_changed_, false)) return;
    text = book_text(settings_.book);
  }
  for (const cluster::PeerStatus& peer : transport_->peers()) {
    if (!peer.reachable) continue;
    try {
      calls_->ask(peer.id, {{"op", "book"}, {"text", text}}, 1s);
    } catch (const CommandFailed& failed) {
      spdlog::debug("the address book did not reach {}: {}", id_text(peer.id), failed.what());
    }
  }
}

void ClusterNode::take_book(const std::string& text) {
  const std::vector<ClusterMember> rows = book_of(text);
  std::lock_guard lock(settings_mutex_);
  for (const ClusterMember& row : rows) address_of(row.address);
  if (!settings_.merge(rows)) return;
  for (const ClusterMember& member : settings_.book) {
    if (member.id == journal_->self()) continue;
    if (member.gone) transport_->remove_peer(member.id);
    else transport_->add_peer(member.id, address_of(settings_.reached_at(member)));
  }
  write_cluster_settings(data_, settings_);
  book_changed_ = true;
}

json::object ClusterNode::leave(const json::object& request) {
  std::lock_guard lock(settings_mutex_);
  const ClusterMember* found = settings_.find(text_at(request, "node"));
  if (!found) throw CommandFailed(exit_not_found, "no node '" + text_at(request, "node") + "' is known");
  ClusterMember member = *found;
  member.gone = true;
  ++member.version;
  settings_.merge({member});
  write_cluster_settings(data_, settings_);
  book_changed_ = true;
  return {};
}

json::object ClusterNode::promote(const json::object& request) {
  std::lock_guard lock(settings_mutex_);
  const ClusterMember* found = settings_.find(text_at(request, "node"));
  if (!found) throw CommandFailed(exit_not_found, "no node '" + text_at(request, "node") + "' is known");
  ClusterMember member = *found;
  member.duty = text_at(request, "duty") == "witness" ? consensus::Duty::witness : consensus::Duty::voter;
  for (const replication::ReplicaStatus& replica : journal_->replicas())
    for (const replication::MemberStatus& voting : replica.members)
      if (voting.id == member.id && voting.duty != consensus::Duty::learner && voting.duty != member.duty)
        throw CommandFailed(exit_refused, "'" + member.name + "' is a " + tally::text_of(voting.duty) +
                                              " already, and stays one: let it leave, and join with an empty directory as the other");
  ++member.version;
  settings_.merge({member});
  write_cluster_settings(data_, settings_);
  book_changed_ = true;
  return {};
}

}  // namespace tally
