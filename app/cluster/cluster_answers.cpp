// What a node of a cluster answers: here where it can, else by asking whoever leads.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "app/cluster/cluster_node.hpp"
#include "app/command_intake.hpp"
#include "app/exit_code.hpp"
#include "app/hex.hpp"
#include "app/journal_operations.hpp"
#include "app/request_fields.hpp"
#include "messages/json.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using replication::NodeId;

constexpr auto patience_of_calls = 10s;
constexpr auto patience_for_a_leader = 10s;
constexpr auto patience_among_nodes = 500ms;

bool has_key(const json::object& request) {
  const json::value* message = request.if_contains("message");
  return message && !key_of(message_from_json(*message)).empty();
}

// Whoever does it knows it again, so that it may be asked again where nobody knows whether it was done.
bool repeatable(const std::string& name, const json::object& request) {
  return name == "account_add" || (name == "submit" && has_key(request));
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

json::object ClusterNode::answer(NodeId from, const json::object& request) {
  const std::string op = text_at(request, "op");
  if (op == "book") {
    take_book(text_at(request, "text"));
    return {};
  }
  if (op == "room") return {{"room", journal_->has_room_to_lead()}};
  if (op == "hosting_failed") {
    if (const HostedAccountPtr account = find_account(Symbol(text_at(request, "account")))) account->take_failure(from, text_at(request, "signature"));
    return {};
  }
  if (op == "leader") return {{"leader", id_text(leader_of(Symbol(text_at(request, "shard"))))}};
  if (op == "control") {
    const json::object& inner = request.at("request").as_object();
    return run_here(Symbol(text_at(request, "shard")), text_at(inner, "op"), inner, true);
  }
  throw CommandFailed(exit_usage, "unknown op");
}

json::object ClusterNode::run_here(Symbol shard, const std::string& name, const json::object& request, bool for_node) {
  if (shard == AccountDirectory::shard()) {
    if (name == "account_add") return add_account_here(request);
    throw CommandFailed(exit_usage, "unknown op");
  }
  const HostedAccountPtr account = find_account(shard);
  if (!account) throw no_leader(shard);  // this node has not heard of it so far
  if (name == "cluster_transfer") {
    account->transfer(node_named(text_at(request, "to")));
    return {};
  }
  return for_node ? account->run_for_node(name, request) : account->run(name, request);
}

bool ClusterNode::reaches(NodeId peer) const { return reachable().contains(peer); }

std::set<NodeId> ClusterNode::reachable() const {
  std::lock_guard lock(settings_mutex_);
  return reachable_;
}

bool ClusterNode::has_room(NodeId peer) {
  try {
    return calls_->ask(peer, {{"op", "room"}}, patience_among_nodes).at("room").as_bool();
  } catch (const CommandFailed& failed) {
    return failed.code == exit_usage;   // of a version that does not know the question: as before there was one
  }
}

void ClusterNode::tell_others(const json::object& words) {
  for (const NodeId other : reachable()) {
    try {
      calls_->ask(other, words, patience_among_nodes);
    } catch (const CommandFailed& failed) {
      spdlog::debug("{} was not told: {}", id_text(other), failed.what());
    }
  }
}

// Here, where this node leads; else at whoever does, as long as somebody may come to lead.
json::object ClusterNode::run(Symbol shard, const std::string& name, const json::object& request) {
  const auto until = std::chrono::steady_clock::now() + patience_for_a_leader;
  for (;;) {
    try {
      NodeId leader = leader_of(shard);
      if (leader == consensus::nobody) leader = leader_by_others(shard);
      if (leader == journal_->self()) return run_here(shard, name, request, false);
      if (!reaches(leader)) throw no_leader(shard);
      return calls_->ask(leader, {{"op", "control"}, {"shard", shard.text()}, {"request", request}}, patience_of_calls);
    } catch (const CommandFailed& failed) {
      const std::string_view why = failed.what();
      const bool again = why.starts_with("NO_LEADER") || why.starts_with("BUSY") || (why.starts_with("UNKNOWN") && repeatable(name, request));
      if (!again || std::chrono::steady_clock::now() > until) throw;
    }
    std::this_thread::sleep_for(20ms);
  }
}

// As this node knows; where it is no member so far, as the others do.
NodeId ClusterNode::leader_of(Symbol shard) const {
  const auto replica = journal_->replica(shard);
  return replica ? replica->leader : consensus::nobody;
}

NodeId ClusterNode::leader_by_others(Symbol shard) {
  for (const NodeId other : reachable()) {
    try {
      const auto leader = id_of(text_at(calls_->ask(other, {{"op", "leader"}, {"shard", shard.text()}}, patience_among_nodes), "leader"));
      if (leader && *leader != consensus::nobody) return *leader;
    } catch (const CommandFailed&) {
    }
  }
  return consensus::nobody;
}

NodeId ClusterNode::node_named(const std::string& name) const {
  std::lock_guard lock(settings_mutex_);
  const ClusterMember* member = settings_.find(name);
  if (!member) throw CommandFailed(exit_not_found, "no node '" + name + "' is known");
  return member->id;
}

json::object ClusterNode::status() {
  std::set<Symbol> hosted;
  std::map<Symbol, std::string> parked;
  for (const Symbol name : account_names()) {
    const HostedAccountPtr account = find_account(name);
    if (account->hosts()) hosted.insert(name);
    parked[name] = account->parked();
  }
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
                                  {"suspect", replica.suspect}, {"fetching", replica.fetching}, {"hosted", hosted.contains(replica.shard)},
                                  {"parked", parked[replica.shard]},
                                  {"chain", hex(replica.chain)}, {"chained", replica.chained}, {"members", std::move(members)}});
  }
  return {{"cluster", settings_.cluster}, {"name", settings_.name}, {"nodes", std::move(nodes)}, {"groups", std::move(groups)}};
}

// One account, or all of them, one after the other; of all of them what was not handed over is said by name.
json::object ClusterNode::transfer(const json::object& request) {
  const json::value* all = request.if_contains("all");
  if (!all || !all->is_bool() || !all->get_bool()) return run(account_in(request), "cluster_transfer", request);
  node_named(text_at(request, "to"));
  std::string failed;
  for (const Symbol account : account_names()) {
    try {
      run(account, "cluster_transfer", request);
    } catch (const CommandFailed& error) {
      failed += (failed.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (!failed.empty()) throw CommandFailed(exit_refused, failed);
  return {};
}

json::object ClusterNode::ping(const json::object& request) {
  json::array names;
  const std::vector<Symbol> all = account_names();
  for (const Symbol account : all) names.emplace_back(account.text());
  json::object answer{{"accounts", std::move(names)}, {"pid", ::getpid()}};
  if (all.size() == 1 || request.contains("account")) answer["account"] = account_in(request).text();
  answer["venue"] = "";  // it is a process of its own
  return answer;
}

ControlServer::Operations ClusterNode::operations() {
  ControlServer::Operations operations;
  for (const char* name : {"submit", "tree", "state", "show", "time", "strategies", "strategy_switch", "strategy_reload", "feeds",
                           "fail", "drill"})
    operations[name] = [this, name = std::string(name)](const json::object& request) { return run(account_in(request), name, request); };
  operations["cluster_transfer"] = [this](const json::object& request) { return transfer(request); };
  operations["cluster_status"] = [this](const json::object&) { return status(); };
  operations["cluster_leave"] = [this](const json::object& request) { return leave(request); };
  operations["cluster_promote"] = [this](const json::object& request) { return promote(request); };
  operations["cluster_accounts"] = [this](const json::object&) { return accounts(); };
  operations["account_add"] = [this](const json::object& request) { return add_account(request); };
  add_journal_operations(operations, *journal_);
  operations["ping"] = [this](const json::object& request) { return ping(request); };
  operations["stop"] = [this](const json::object&) {
    stop_();
    return json::object{};
  };
  return operations;
}

}  // namespace tally
