// A node of a cluster: it replicates the shards of its accounts with the other nodes, and hosts those that it leads.
//
//                     control socket                       other nodes
//                           |                                   |
//   ClusterNode ── runs here, or asks the leader ── NodeCalls ──┤
//        |── HostedAccount, one an account: hosts while it leads|
//        |── AccountDirectory: which accounts there are         |
//        └── RocksDbJournal (one replica a shard) ── CafTransport
//
// One thread follows the directory, makes members of those that joined, and passes the address book on; each account has its own.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <thread>

#include "actors/host/cluster/cluster_transport.hpp"
#include "app/cluster/account_directory.hpp"
#include "app/cluster/cluster_settings.hpp"
#include "app/cluster/hosted_account.hpp"
#include "app/cluster/node_calls.hpp"
#include "app/control_server.hpp"

namespace tally {

class ClusterNode {
 public:
  // `stop` must only ask for the end. Throws CommandFailed, TransportError, JournalError, ProfileError.
  ClusterNode(ClusterSettings settings, DataDirectory data, std::function<void()> stop);
  ~ClusterNode();
  ClusterNode(const ClusterNode&) = delete;
  ClusterNode& operator=(const ClusterNode&) = delete;

  // What the node's control socket answers: like an AccountNode's, from whichever node leads the account.
  ControlServer::Operations operations();

  // Hands leadership on, if somebody can take it, before this node goes to sleep or stops. Bounded in time.
  void step_aside();

 private:
  using HostedAccountPtr = std::shared_ptr<HostedAccount>;

  void keep();
  void connect();
  RocksDbOptions journal_options();
  void take_new_accounts();
  void take_account(const DirectoryRow& row);
  void found_what_was_given();
  void keep_members();
  void pass_on_book();
  void take_book(const std::string& text);

  boost::json::object answer(replication::NodeId from, const boost::json::object& request);
  boost::json::object run(Symbol shard, const std::string& name, const boost::json::object& request);
  boost::json::object run_here(Symbol shard, const std::string& name, const boost::json::object& request, bool for_node);
  boost::json::object status();
  boost::json::object ping(const boost::json::object& request);
  boost::json::object accounts();
  boost::json::object add_account(const boost::json::object& request);
  boost::json::object add_account_here(const boost::json::object& request);
  boost::json::object transfer(const boost::json::object& request);
  boost::json::object leave(const boost::json::object& request);
  boost::json::object promote(const boost::json::object& request);
  Symbol account_in(const boost::json::object& request) const;
  std::vector<Symbol> account_names() const;
  HostedAccountPtr find_account(Symbol account) const;
  replication::NodeId node_named(const std::string& name) const;
  replication::NodeId leader_of(Symbol shard) const;
  replication::NodeId leader_by_others(Symbol shard);
  bool reaches(replication::NodeId peer) const;
  bool has_room(replication::NodeId peer);
  void tell_others(const boost::json::object& words);
  std::set<replication::NodeId> reachable() const;

  const DataDirectory data_;
  const std::function<void()> stop_;
  mutable std::mutex settings_mutex_;
  ClusterSettings settings_;
  bool book_changed_ = true;
  std::set<replication::NodeId> reachable_;
  Leaderships leaderships_;
  std::unique_ptr<cluster::CafTransport> transport_;
  std::unique_ptr<NodeCalls> calls_;

  mutable std::shared_mutex accounts_mutex_;           // held around nothing but this
  std::map<Symbol, HostedAccountPtr> accounts_;        // all of the directory, as far as this node has followed it
  std::shared_ptr<RocksDbJournal> journal_;            // its transport's threads look at what stands above
  std::unique_ptr<AccountDirectory> directory_;
  bool founded_all_ = false;                           // that were given when the cluster was founded

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tally
