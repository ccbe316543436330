#include "app/cluster/cluster_node.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>

#include "app/cluster/cluster_address.hpp"
#include "app/profile.hpp"
#include "app/shard_names.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/replication/identity.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Refusal;
using replication::NodeId;

constexpr auto round_of_keeping = 200ms;
constexpr auto patience_for_accounts = 10s;     // all of them, to be taken down
constexpr auto patience_for_successors = 2s;

cluster::TransportSettings link_settings(const ClusterSettings& settings, NodeId self) {
  cluster::TransportSettings link;
  link.self = self;
  link.cluster = settings.cluster;
  link.name = settings.name;
  link.listen = address_of(settings.listen);
  link.certificates = settings.certificates;
  for (const ClusterMember& member : settings.book)
    if (member.id != self && !member.gone) link.peers[member.id] = address_of(settings.reached_at(member));
  return link;
}

// A directory from when a cluster had one account: its profile moves to where there is one an account.
void keep_profile_by_account(const DataDirectory& data) {
  if (!accounts_kept(data).empty() || !std::filesystem::exists(data.profile())) return;
  keep_account_profile(data, read_file(data.profile()));
}

// What cannot be done now is tried again in the next round, and keeps nothing else from being done.
template <class Does>
void attempt(Does does) {
  try {
    does();
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
  }
}

}  // namespace

ClusterNode::ClusterNode(ClusterSettings settings, DataDirectory data, std::function<void()> stop)
    : data_(std::move(data)), stop_(std::move(stop)), settings_(std::move(settings)) {
  keep_profile_by_account(data_);
  const NodeId self = replication::node_identity(data_.journal());
  transport_ = std::make_unique<cluster::CafTransport>(link_settings(settings_, self));
  calls_ = std::make_unique<NodeCalls>(*transport_, [this](NodeId from, const json::object& request) { return answer(from, request); });
  journal_ = std::make_shared<RocksDbJournal>(data_.journal(), journal_options());
  directory_ = std::make_unique<AccountDirectory>(*journal_);
  if (settings_.founder) journal_->found(AccountDirectory::shard());
  ClusterMember me{self, settings_.name, settings_.listen, consensus::Duty::voter, false, 0};
  if (const ClusterMember* known = settings_.find(self)) me.duty = known->duty, me.version = known->version;
  me.version += 1;
  settings_.merge({me});
  write_cluster_settings(data_, settings_);
  attempt([this] { take_new_accounts(); });
  connect();
  thread_ = std::thread([this] { keep(); });
}

RocksDbOptions ClusterNode::journal_options() {
  RocksDbOptions options;
  options.replication.transport = transport_.get();
  options.replication.call = [this](NodeId from, replication::Lane, replication::Frame frame) { calls_->received(from, frame); };
  options.replication.admits = [this](Symbol shard) { return !is_account_shard(shard) || find_account(shard); };
  options.replication.leadership = [this](Symbol shard, const replication::Leadership& leadership) {
    if (leadership.leads) spdlog::info("{}: term {}, this node leads", shard.text(), leadership.term);
    else spdlog::info("{}: term {}, this node does not lead: {}", shard.text(), leadership.term, leadership.why);
    leaderships_.set(shard, leadership.leads ? leadership.term : 0);
  };
  // The disk is one: the account that wants most free has it.
  std::optional<std::uint64_t> reserve_mb;
  for (const Symbol account : accounts_kept(data_))
    attempt([&] { reserve_mb = std::max(reserve_mb.value_or(0), read_profile(data_.account_profile(account)).storage.disk_reserve_mb); });
  if (reserve_mb) options.disk_reserve_bytes = *reserve_mb << 20;
  return options;
}

void ClusterNode::connect() {
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
}

ClusterNode::~ClusterNode() {
  {
    std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  calls_->stop();
  std::map<Symbol, HostedAccountPtr> ended;
  {
    std::unique_lock lock(accounts_mutex_);
    ended.swap(accounts_);
  }
  for (const auto& [name, account] : ended) account->begin_end();  // all at once, then waited for
  ended.clear();
  directory_.reset();
  journal_.reset();  // stops the transport
}

void ClusterNode::keep() {
  for (;;) {
    {
      std::unique_lock lock(wake_mutex_);
      wake_.wait_for(lock, round_of_keeping, [&] { return stopping_; });
      if (stopping_) return;
    }
    attempt([this] { found_what_was_given(); });
    attempt([this] { take_new_accounts(); });
    attempt([this] { pass_on_book(); });
    attempt([this] { keep_members(); });
  }
}

void ClusterNode::step_aside() {
  std::vector<HostedAccountPtr> all;
  {
    std::shared_lock lock(accounts_mutex_);
    for (const auto& [name, account] : accounts_) all.push_back(account);
  }
  for (const HostedAccountPtr& account : all) account->begin_step_aside();
  const auto until = std::chrono::steady_clock::now() + patience_for_accounts;
  for (const HostedAccountPtr& account : all) account->finish_step_aside(until);
  if (leaderships_.term(AccountDirectory::shard()) != 0) {
    const auto replica = journal_->replica(AccountDirectory::shard());
    for (const replication::MemberStatus& member : replica->members)
      if (member.id != journal_->self() && member.duty == consensus::Duty::voter && !member.suspect &&
          journal_->transfer(replica->shard, member.id, true) == Refusal::none)
        break;
  }
  const auto successors = std::chrono::steady_clock::now() + patience_for_successors;
  for (const Symbol account : account_names())
    while (leaderships_.term(account) != 0 && std::chrono::steady_clock::now() < successors) std::this_thread::sleep_for(5ms);
}

}  // namespace tally
