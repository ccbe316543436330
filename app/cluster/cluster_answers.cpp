// What a node of a cluster answers: here where it can, else by asking whoever leads.
#include <unistd.h>

#include <boost/json.hpp>

#include "app/cluster/hosting.hpp"
#include "app/command_intake.hpp"
#include "app/exit_code.hpp"
#include "app/journal_operations.hpp"
#include "app/request_fields.hpp"
#include "messages/json.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Refusal;
using replication::NodeId;

constexpr auto patience_of_calls = 10s;
constexpr auto patience_for_a_leader = 10s;

CommandFailed no_leader() { return {exit_refused, "NO_LEADER: no node leads at present; try again"}; }

bool has_key(const json::object& request) {
  const json::value* message = request.if_contains("message");
  return message && !key_of(message_from_json(*message)).empty();
}

const char* text_of(consensus::Role role) {
  switch (role) {
    case consensus::Role::follower: return "follower";
    case consensus::Role::candidate: return "candidate";
    case consensus::Role::leader: return "leader";
    case consensus::Role::relay: return "relay";
    case consensus::Role::stopped: return "stopped";
  }
  return "?";
}

}  // namespace

json::object ClusterNode::answer(NodeId, const json::object& request) {
  const std::string op = text_at(request, "op");
  if (op == "book") {
    take_book(text_at(request, "text"));
    return {};
  }
  if (op == "profile") {
    if (!std::filesystem::exists(data_.profile())) throw CommandFailed(exit_not_found, "this node has no profile yet");
    return {{"text", read_file(data_.profile())}};
  }
  if (op == "leader") return {{"leader", id_text(leader_of(account_))}};
  if (op == "control") {
    const json::object& inner = request.at("request").as_object();
    return run_here(text_at(inner, "op"), inner);
  }
  throw CommandFailed(exit_usage, "unknown op");
}

json::object ClusterNode::run_here(const std::string& name, const json::object& request) {
  if (name == "cluster_transfer") return transfer(request);
  std::shared_lock lock(hosting_mutex_);
  if (!hosting_) throw no_leader();
  const auto operation = hosting_->operations.find(name);
  if (operation == hosting_->operations.end()) throw CommandFailed(exit_usage, "unknown op");
  return operation->second(request);
}

bool ClusterNode::reaches(NodeId peer) const {
  std::lock_guard lock(settings_mutex_);
  return reachable_.contains(peer);
}

// Here, where this node hosts; else at whoever leads, as long as somebody may come to lead. What may have been done already is
// asked again only where the account would know it again.
json::object ClusterNode::run(const std::string& name, const json::object& request) {
  const auto until = std::chrono::steady_clock::now() + patience_for_a_leader;
  for (;;) {
    try {
      NodeId leader = leader_of(account_);
      if (leader == consensus::nobody) leader = leader_by_others();
      if (leader == journal_->self()) return run_here(name, request);
      if (!reaches(leader)) throw no_leader();
      return calls_->ask(leader, {{"op", "control"}, {"request", request}}, patience_of_calls);
    } catch (const CommandFailed& failed) {
      const std::string_view why = failed.what();
      const bool again = why.starts_with("NO_LEADER") || (why.starts_with("UNKNOWN") && name == "submit" && has_key(request));
      if (!again || std::chrono::steady_clock::now() > until) throw;
    }
    std::this_thread::sleep_for(20ms);
  }
}

// As this node knows; where it is no member so far, as the others do.
NodeId ClusterNode::leader_of(Symbol shard) const {
  for (const replication::ReplicaStatus& replica : journal_->replicas())
    if (replica.shard == shard && replica.leader != consensus::nobody) return replica.leader;
  return consensus::nobody;
}

NodeId ClusterNode::leader_by_others() {
  std::set<NodeId> others;
  {
    std::lock_guard lock(settings_mutex_);
    others = reachable_;
  }
  for (const NodeId other : others) {
    try {
      const auto leader = id_of(text_at(calls_->ask(other, {{"op", "leader"}}, 500ms), "leader"));
      if (leader && *leader != consensus::nobody) return *leader;
    } catch (const CommandFailed&) {
    }
  }
  return consensus::nobody;
}

json::object ClusterNode::status() {
  std::lock_guard lock(settings_mutex_);
  const auto name_of = [&](NodeId id) {
    const ClusterMember* member = settings_.find(id);
    return member ? member->name : id_text(id);
  };
  const auto peers = transport_->peers();
  json::array nodes;
  for (const ClusterMember& member : settings_.book) {
    json::object row{{"name", member.name}, {"id", id_text(member.id)}, {"address", member.address}, {"duty", tally::text_of(member.duty)},
                     {"gone", member.gone}, {"self", member.id == journal_->self()}, {"reachable", member.id == journal_->self()}};
    for (const cluster::PeerStatus& peer : peers) {
      if (peer.id != member.id) continue;
      row["reachable"] = peer.reachable;
      row["heard_ago_ms"] = peer.heard_ago / 1'000'000;
      row["round_trip_us"] = peer.round_trip / 1'000;
      row["waiting_bytes"] = peer.waiting_bytes;
      row["trouble"] = peer.trouble;
    }
    nodes.push_back(std::move(row));
  }
  json::array groups;
  for (const replication::ReplicaStatus& replica : journal_->replicas()) {
    json::array members;
    for (const replication::MemberStatus& member : replica.members)
      members.push_back(json::object{{"id", id_text(member.id)}, {"name", name_of(member.id)}, {"duty", tally::text_of(member.duty)},
                                     {"match", member.match}, {"suspect", member.suspect}});
    groups.push_back(json::object{{"shard", replica.shard.text()}, {"role", text_of(replica.role)}, {"term", replica.term},
                                  {"leader", replica.leader == consensus::nobody ? "" : name_of(replica.leader)},
                                  {"commit", replica.committed}, {"end", replica.end}, {"lease", replica.lease},
                                  {"suspect", replica.suspect}, {"fetching", replica.fetching}, {"hosted", hosting_ != nullptr},
                                  {"chain", hex(replica.chain)}, {"chained", replica.chained}, {"members", std::move(members)}});
  }
  return {{"cluster", settings_.cluster}, {"name", settings_.name}, {"nodes", std::move(nodes)}, {"groups", std::move(groups)}};
}

json::object ClusterNode::transfer(const json::object& request) {
  NodeId target = consensus::nobody;
  {
    std::lock_guard lock(settings_mutex_);
    const ClusterMember* member = settings_.find(text_at(request, "to"));
    if (!member) throw CommandFailed(exit_not_found, "no node '" + text_at(request, "to") + "' is known");
    target = member->id;
  }
  if (leading() == 0) throw no_leader();
  if (target == journal_->self()) return {};
  const bool effects_stopped = give_up_hosting();
  const Refusal refusal = journal_->transfer(account_, target, effects_stopped);
  if (refusal == Refusal::none) return {};
  {
    std::unique_lock lock(hosting_mutex_);
    given_up_ = 0;  // where the lease was given up already the leadership is over, too
  }
  throw CommandFailed(exit_refused, std::string("leadership was not handed over: ") + consensus::reason_of(refusal));
}

ControlServer::Operations ClusterNode::operations() {
  ControlServer::Operations operations;
  for (const char* name : {"submit", "tree", "state", "show", "strategies", "strategy_switch", "strategy_reload", "feeds", "fail",
                           "cluster_transfer"})
    operations[name] = [this, name = std::string(name)](const json::object& request) { return run(name, request); };
  operations["cluster_status"] = [this](const json::object&) { return status(); };
  operations["cluster_leave"] = [this](const json::object& request) { return leave(request); };
  operations["cluster_promote"] = [this](const json::object& request) { return promote(request); };
  add_journal_operations(operations, *journal_);
  operations["ping"] = [this](const json::object&) {
    if (account_.empty()) throw CommandFailed(exit_refused, "this node waits for another one to tell it the profile");
    const Profile profile = read_profile(data_.profile());
    return json::object{{"account", account_.text()}, {"venue", venue_shard_of(profile.venue.venue).text()}, {"pid", ::getpid()}};
  };
  operations["stop"] = [this](const json::object&) {
    stop_();
    return json::object{};
  };
  return operations;
}

}  // namespace tally
