#include "app/cluster/cluster_node.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "actors/host/shard/standby.hpp"
#include "actors/programs.hpp"
#include "app/cluster/cluster_address.hpp"
#include "app/cluster/hosting.hpp"
#include "app/exit_code.hpp"
#include "app/feeds/feed_view.hpp"
#include "app/node_operations.hpp"
#include "app/starting_point.hpp"
#include "persistence/replication/identity.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Refusal;
using replication::NodeId;

constexpr auto round_of_keeping = 200ms;
constexpr std::size_t standby_piece = 4'096;  // entries between two looks at who leads
constexpr auto patience_for_the_end = 10s;
constexpr auto patience_for_a_lease = 2s;
constexpr auto patience_for_a_successor = 1s;
constexpr int failures_max = 5;  // to host, in a row

}  // namespace

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
    if (member.id != self && !member.gone) link.peers[member.id] = address_of(settings_.reached_at(member));
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
  if (term == 0 || hosted == term || given_up) return;
  {
    std::unique_lock lock(hosting_mutex_);
    building_ = true;
  }
  try {
    start_hosting(term);
    failures_ = 0;
  } catch (const std::exception& error) {
    spdlog::error("{}: not hosted in term {}: {}", account_.text(), term, error.what());
    if (++failures_ >= failures_max && leading() == term) hand_over_what_fails();
  }
  finish_building();
}

// What cannot be hosted here may be hosted elsewhere: a full disk, a profile that does not fit. Not more than once a minute, so
// that a cause which travels with the shard does not make it travel.
void ClusterNode::hand_over_what_fails() {
  const auto now = std::chrono::steady_clock::now();
  if (handed_over_at_ && now - *handed_over_at_ < 1min) return;
  handed_over_at_ = now;
  failures_ = 0;
  for (const replication::ReplicaStatus& replica : journal_->replicas())
    for (const replication::MemberStatus& member : replica.members)
      if (replica.shard == account_ && member.id != journal_->self() && member.duty == consensus::Duty::voter && reaches(member.id) &&
          journal_->transfer(account_, member.id, false) == Refusal::none)
        return;
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
  hosting->feeds = follow_feeds(*hosting->node);
  hosting->operations = node_operations(*hosting->node, stop_);
  hosting->operations["feeds"] = [&feeds = hosting->feeds](const json::object&) { return feeds_json(feeds); };
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
    building_ = true;
  }
  ended.reset();
  finish_building();
}

void ClusterNode::finish_building() {
  {
    std::unique_lock lock(hosting_mutex_);
    building_ = false;
  }
  hosting_ended_.notify_all();
}

// Takes the account down for the rest of this leadership; true where nothing of it is on its way any more. From any thread: the
// one that hosts does it, because CAF wants a system of actors to end on the thread that began it.
bool ClusterNode::give_up_hosting() {
  const std::uint64_t term = leading();
  std::unique_lock lock(hosting_mutex_);
  given_up_ = term;
  given_up_at_ = std::chrono::steady_clock::now();
  {
    std::lock_guard waking(wake_mutex_);
    woken_ = true;
  }
  wake_.notify_one();
  return hosting_ended_.wait_for(lock, patience_for_the_end, [&] { return !building_ && (!hosting_ || hosting_->term != term); });
}

// Folds what is committed while another node leads, so that taking over need not begin at the beginning.
void ClusterNode::stand_by() {
  {
    std::shared_lock lock(hosting_mutex_);
    if (hosting_) return;
  }
  {
    std::lock_guard lock(settings_mutex_);
    if (settings_.find(journal_->self())->duty == consensus::Duty::witness) return;  // it keeps the log, and runs nothing
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
      const bool effects_stopped = give_up_hosting();
      if (journal_->transfer(replica.shard, member.id, effects_stopped) == Refusal::none) break;
    }
  }
  while (leading() != 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
}

}  // namespace tally
