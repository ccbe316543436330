// A node of a cluster: it replicates the shards of its account with the other nodes, and hosts them while it leads.
//
//                     control socket                       other nodes
//                           |                                   |
//   ClusterNode ── runs here, or asks the leader ── NodeCalls ──┤
//        |  leads: AccountNode (built, and gone with leadership)|
//        └── RocksDbJournal (one replica a shard) ── CafTransport
//
// Whoever leads hosts: one thread builds the account's node when this one has won, and takes it down when it has lost; what a
// leadership believed dies with it. The same thread makes members of those that joined, and passes the address book on.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <thread>

#include "actors/host/cluster/cluster_transport.hpp"
#include "app/cluster/cluster_settings.hpp"
#include "app/cluster/hosting_failures.hpp"
#include "app/cluster/node_calls.hpp"
#include "app/control_server.hpp"
#include "persistence/rocksdb_journal.hpp"

namespace tally {

class AccountNode;
class Standby;

class ClusterNode {
 public:
  // `stop` must only ask for the end. Throws CommandFailed, TransportError, JournalError.
  ClusterNode(ClusterSettings settings, DataDirectory data, std::function<void()> stop);
  ~ClusterNode();
  ClusterNode(const ClusterNode&) = delete;
  ClusterNode& operator=(const ClusterNode&) = delete;

  // What the node's control socket answers: like an AccountNode's, from whichever node leads.
  ControlServer::Operations operations();

  // Hands leadership on, if somebody can take it, before this node goes to sleep or stops. Bounded in time.
  void step_aside();

 private:
  struct Hosting;

  void host();
  void follow_leadership();
  void start_hosting(std::uint64_t term);
  void hand_over_what_fails();
  void failed_to_host(std::uint64_t term, const std::string& why);
  void tell_failure(const std::string& signature);
  void take_failure(replication::NodeId from, const boost::json::object& request);
  void forget_failures();
  void record_failures(const Hosting& hosting);
  void stand_by();
  void stop_hosting();
  void finish_building();
  bool give_up_hosting();
  void give_up_here(std::uint64_t term);             // thread_'s alone
  void take_back(std::uint64_t term);
  boost::json::object room() const;
  bool has_room(replication::NodeId peer);
  replication::NodeId successor_with_room();
  void hand_over_without_room();
  void refuse_parked() const;
  std::uint64_t leading() const;                     // in which term, the account's shard; 0: another node, or nobody
  bool fetch_profile();
  void keep_members();
  void pass_on_book();
  void take_book(const std::string& text);

  boost::json::object answer(replication::NodeId from, const boost::json::object& request);
  boost::json::object run(const std::string& name, const boost::json::object& request);
  boost::json::object run_here(const std::string& name, const boost::json::object& request);
  boost::json::object status();
  boost::json::object transfer(const boost::json::object& request);
  boost::json::object leave(const boost::json::object& request);
  boost::json::object promote(const boost::json::object& request);
  replication::NodeId leader_of(Symbol shard) const;
  replication::NodeId leader_by_others();
  bool reaches(replication::NodeId peer) const;
  bool may_act_soon(std::uint64_t term) const;

  const DataDirectory data_;
  const std::function<void()> stop_;
  mutable std::mutex settings_mutex_;
  ClusterSettings settings_;
  bool book_changed_ = true;
  std::set<replication::NodeId> reachable_;
  Symbol account_;                                   // empty until the profile is here
  std::unique_ptr<cluster::CafTransport> transport_;
  std::unique_ptr<NodeCalls> calls_;
  std::shared_ptr<RocksDbJournal> journal_;

  mutable std::shared_mutex hosting_mutex_;
  std::condition_variable_any hosting_ended_;
  std::shared_ptr<Hosting> hosting_;                 // built and ended by thread_ alone
  bool building_ = false;                            // or taking down: what is on its way is not known
  std::shared_ptr<Standby> standby_;                 // while another node leads; thread_'s alone
  Offset pointed_ = 0;
  int failures_ = 0;
  std::optional<std::chrono::steady_clock::time_point> handed_over_at_;
  std::uint64_t given_up_ = 0;                       // the term that was handed on, or is being: not hosted again
  std::chrono::steady_clock::time_point given_up_at_;
  std::chrono::steady_clock::time_point room_sought_at_;
  std::chrono::steady_clock::time_point hosted_at_;
  std::chrono::steady_clock::time_point not_before_; // of the next try to host
  std::chrono::steady_clock::time_point fold_not_before_;
  mutable std::mutex failures_mutex_;
  HostingFailures failures_told_;
  std::string parked_;                               // why no node can host the account; empty: one may

  mutable std::mutex wake_mutex_;
  std::condition_variable wake_;
  std::map<Symbol, std::uint64_t> leading_;          // the terms in which this node leads
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tally
