#include "app/cluster/cluster_node.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "actors/host/shard/standby.hpp"
#include "actors/programs.hpp"
#include "app/account_node.hpp"
#include "app/command_intake.hpp"
#include "app/exit_code.hpp"
#include "app/journal_operations.hpp"
#include "app/node_operations.hpp"
#include "app/request_fields.hpp"
#include "app/starting_point.hpp"
#include "messages/json.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/replication/identity.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Change;
using consensus::Refusal;
using replication::NodeId;

constexpr auto round_of_keeping = 200ms;
constexpr std::size_t standby_piece = 4'096;  // entries between two looks at who leads
constexpr auto patience_of_calls = 10s;
constexpr auto patience_for_a_leader = 10s;
constexpr auto patience_for_a_lease = 2s;
constexpr auto patience_for_a_successor = 1s;

cluster::Address address_of(const std::string& text) {
  const auto colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoul(port) > 65'535)
    throw CommandFailed(exit_usage, "'" + text + "' is no HOST:PORT");
  return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoul(port))};
}

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

// An account's node for one leadership, and what it answers.
struct ClusterNode::Hosting {
  std::uint64_t term = 0;
  std::unique_ptr<AccountNode> node;
  ControlServer::Operations operations;
};

ClusterNode::ClusterNode(ClusterSettings settings, DataDirectory data, std::function<void()> stop)
    : data_(std::move(data)), stop_(std::move(stop)), settings_(std::move(settings)) {
  const NodeId self = replication::node_identity(data_.journal());
  cluster::TransportSettings link;
  link.self = self;
  link.cluster = settings_.cluster;
  link.name = settings_.name;
  link.listen = address_of(settings_.listen);
  link.certificates = settings_.certificates;
  for (const ClusterMember& member : settings_.book)
    if (member.id != self && !member.gone) link.peers[member.id] = address_of(member.address);
  transport_ = std::make_unique<cluster::CafTransport>(std::move(link));
  calls_ = std::make_unique<NodeCalls>(*transport_, [this](NodeId from, const json::object& request) { return answer(from, request); });

  RocksDbOptions options;
  options.replication.transport = transport_.get();
  options.replication.call = [this](NodeId from, replication::Lane, replication::Frame frame) { calls_->received(from, frame); };
  options.replication.leadership = [this](Symbol shard, const replication::Leadership& leadership) {
    spdlog::info("{}: term {}, {}", shard.text(), leadership.term, leadership.leads ? "this node leads" : "this node does not lead");
    {
      std::lock_guard lock(wake_mutex_);
      leading_[shard] = leadership.leads ? leadership.term : 0;
      woken_ = true;
    }
    wake_.notify_one();
  };
  if (std::filesystem::exists(data_.profile())) {
    const Profile profile = read_profile(data_.profile());
    account_ = profile.account.account.symbol();
    options.disk_reserve_bytes = profile.storage.disk_reserve_mb << 20;
  }
  journal_ = std::make_shared<RocksDbJournal>(data_.journal(), options);
  if (settings_.founder && !account_.empty()) journal_->found(account_);
  ClusterMember me{self, settings_.name, settings_.listen, consensus::Duty::voter, false, 0};
  if (const ClusterMember* known = settings_.find(self)) me.duty = known->duty, me.version = known->version;
  me.version += 1;
  settings_.merge({me});
  write_cluster_settings(data_, settings_);

  transport_->on_reachable([this](NodeId peer, bool reachable) {
    spdlog::info("node {} is {}", id_text(peer), reachable ? "reachable" : "not reachable");
    if (!reachable) calls_->went_away(peer);
    std::lock_guard lock(settings_mutex_);
    book_changed_ |= reachable;
    if (reachable) reachable_.insert(peer);
    else reachable_.erase(peer);
  });
  transport_->start();
  for (const std::string& address : settings_.via) transport_->introduce(address_of(address));
  thread_ = std::thread([this] { host(); });
}

ClusterNode::~ClusterNode() {
  {
    std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  calls_->stop();
  journal_.reset();  // stops the transport
}

// ---- hosting ----

void ClusterNode::host() {
  for (;;) {
    {
      std::unique_lock lock(wake_mutex_);
      wake_.wait_for(lock, round_of_keeping, [&] { return woken_ || stopping_; });
      if (stopping_) break;
      woken_ = false;
    }
    try {
      if (account_.empty() && !fetch_profile()) continue;
      follow_leadership();
      stand_by();
      pass_on_book();
      keep_members();
    } catch (const std::exception& error) {
      spdlog::error("{}", error.what());
    }
  }
  stop_hosting();
}

std::uint64_t ClusterNode::leading() const {
  std::lock_guard lock(wake_mutex_);
  const auto found = leading_.find(account_);
  return found == leading_.end() ? 0 : found->second;
}

void ClusterNode::follow_leadership() {
  const std::uint64_t term = leading();
  std::uint64_t hosted = 0;
  bool given_up = false;
  bool nobody_took_it = false;
  {
    std::shared_lock lock(hosting_mutex_);
    if (hosting_) hosted = hosting_->term;
    given_up = term != 0 && term == given_up_;
    nobody_took_it = given_up && std::chrono::steady_clock::now() - given_up_at_ > patience_for_a_successor;
  }
  if (hosted != 0 && (hosted != term || given_up)) stop_hosting();
  if (nobody_took_it) journal_->resign(account_);  // without effects this leadership is of no use
  if (term != 0 && hosted != term && !given_up) start_hosting(term);
}

void ClusterNode::start_hosting(std::uint64_t term) {
  const auto began = std::chrono::steady_clock::now();
  auto hosting = std::make_shared<Hosting>();
  hosting->term = term;
  ActingRight right;
  right.may_act = [this, term] { return may_act_soon(term); };
  right.term = [term] { return term; };
  right.standby = std::move(standby_);
  std::string name;
  {
    std::lock_guard lock(settings_mutex_);
    name = settings_.name;
  }
  Profile profile = read_profile(data_.profile());
  if (profile.venue_reach.address.empty())
    throw CommandFailed(exit_usage, "the venue of a cluster's account is outside of it: name venue.address in " + data_.profile().string());
  hosting->node = std::make_unique<AccountNode>(std::move(profile), journal_, name, std::move(right));
  hosting->operations = node_operations(*hosting->node, stop_);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  spdlog::info("{}: hosted in term {} after {} ms", account_.text(), term, took.count());
  std::unique_lock lock(hosting_mutex_);
  hosting_ = std::move(hosting);
}

void ClusterNode::stop_hosting() {
  std::shared_ptr<Hosting> ended;
  {
    std::unique_lock lock(hosting_mutex_);  // whoever is inside has ended: a lost leadership answers UNKNOWN at once
    ended = std::move(hosting_);
  }
  ended.reset();
  hosting_ended_.notify_all();
}

// Takes the account down for the rest of this leadership, so that nothing of it is on its way. From any thread: the one that
// hosts does it, because CAF wants a system of actors to end on the thread that began it.
void ClusterNode::give_up_hosting() {
  const std::uint64_t term = leading();
  std::unique_lock lock(hosting_mutex_);
  given_up_ = term;
  given_up_at_ = std::chrono::steady_clock::now();
  {
    std::lock_guard waking(wake_mutex_);
    woken_ = true;
  }
  wake_.notify_one();
  hosting_ended_.wait_for(lock, patience_of_calls, [&] { return !hosting_ || hosting_->term != term; });
}

// Folds what is committed while another node leads, so that taking over need not begin at the beginning.
void ClusterNode::stand_by() {
  {
    std::shared_lock lock(hosting_mutex_);
    if (hosting_) return;
  }
  if (!standby_) standby_ = std::make_shared<Standby>(account_program(), account_, *journal_);
  try {
    for (const Offset committed = journal_->committed(account_); leading() == 0 && !standby_->follow(committed, standby_piece);) {
      std::lock_guard lock(wake_mutex_);
      if (stopping_) return;
    }
    if (standby_->followed() >= pointed_ + standby_piece) {
      starting_point(*journal_, account_);  // kept in the journal's cache
      pointed_ = standby_->followed();
    }
  } catch (...) {
    standby_.reset();  // half folded is of no use
    throw;
  }
}

// An effect waits for the lease of a new leader, on its link's own thread.
bool ClusterNode::may_act_soon(std::uint64_t term) const {
  const auto until = std::chrono::steady_clock::now() + patience_for_a_lease;
  while (leading() == term) {
    if (journal_->may_act(account_)) return true;
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

void ClusterNode::step_aside() {
  const auto until = std::chrono::steady_clock::now() + 2s;
  for (const replication::ReplicaStatus& replica : journal_->replicas()) {
    if (replica.role != consensus::Role::leader) continue;
    for (const replication::MemberStatus& member : replica.members) {
      if (member.id == journal_->self() || member.duty != consensus::Duty::voter || member.suspect) continue;
      give_up_hosting();
      if (journal_->transfer(replica.shard, member.id, true) == Refusal::none) break;
    }
  }
  while (leading() != 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
}

// ---- members and addresses ----

bool ClusterNode::fetch_profile() {
  for (const cluster::PeerStatus& peer : transport_->peers()) {
    if (!peer.reachable) continue;
    const json::object answer = calls_->ask(peer.id, {{"op", "profile"}}, 2s);
    write_file_atomically(data_.profile(), std::string(answer.at("text").as_string()));
    const Profile profile = read_profile(data_.profile());
    std::lock_guard lock(wake_mutex_);
    account_ = profile.account.account.symbol();
    return true;
  }
  return false;
}

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
    else transport_->add_peer(member.id, address_of(member.address));
  }
  write_cluster_settings(data_, settings_);
  book_changed_ = true;
}

// ---- what is asked ----

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
  give_up_hosting();  // what was released has left; nothing more of this leadership will
  const Refusal refusal = journal_->transfer(account_, target, true);
  if (refusal == Refusal::none) return {};
  {
    std::unique_lock lock(hosting_mutex_);
    given_up_ = 0;  // where the lease was given up already the leadership is over, too
  }
  throw CommandFailed(exit_refused, std::string("leadership was not handed over: ") + consensus::reason_of(refusal));
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
  ++member.version;
  settings_.merge({member});
  write_cluster_settings(data_, settings_);
  book_changed_ = true;
  return {};
}

ControlServer::Operations ClusterNode::operations() {
  ControlServer::Operations operations;
  for (const char* name : {"submit", "tree", "state", "show", "strategies", "strategy_switch", "strategy_reload", "fail", "cluster_transfer"})
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
