// One account on one node of a cluster: its node is built when this node has won the account's log, and taken down when it has
// lost it; what a leadership believed dies with it. While another node leads, what is committed is folded here (standby).
//
//   thread of this account ── leads: AccountNode ── journal
//                          └─ else:  Standby
//
// Everything of an account happens on its own thread, because CAF wants a system of actors to end on the thread that began it, and
// because no account may wait for another one's slow start. Its failures and hand-overs are its own, too.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>

#include "app/cluster/hosting_failures.hpp"
#include "app/cluster/leaderships.hpp"
#include "app/control_server.hpp"
#include "app/data_directory.hpp"
#include "app/exit_code.hpp"
#include "persistence/rocksdb_journal.hpp"

namespace tally {

class AccountNode;
class Standby;

// What a node that cannot say who leads answers; whoever asks may ask again.
CommandFailed no_leader(Symbol shard);

class HostedAccount {
 public:
  static constexpr int asked_by_nodes_max = 8;  // at once; another one is refused

  // What an account needs of its node. All outlive it.
  struct Surroundings {
    std::shared_ptr<RocksDbJournal> journal;
    Leaderships& leaderships;
    DataDirectory data;
    std::string node;                                    // its name
    std::function<void()> stop;                          // asks for the node's end
    std::function<bool()> runs;                          // false: this node is a witness, and folds nothing
    std::function<bool(replication::NodeId)> reaches;
    std::function<bool(replication::NodeId)> has_room;   // asked over the net; false where nobody answers
    std::function<void(const boost::json::object&)> tell_others;   // all that can be reached
  };

  HostedAccount(Symbol account, Surroundings surroundings);
  ~HostedAccount();
  HostedAccount(const HostedAccount&) = delete;
  HostedAccount& operator=(const HostedAccount&) = delete;

  bool hosts() const;
  std::string parked() const;                            // why no node can host it, where this node leads it; empty: one may
  // What another node says of it: why it cannot host it, or, with no words, that it is over.
  void take_failure(replication::NodeId from, const std::string& signature);
  // What the account's node answers here. Throws CommandFailed: no_leader where this node does not host it.
  boost::json::object run(const std::string& name, const boost::json::object& request);
  boost::json::object run_for_node(const std::string& name, const boost::json::object& request);   // bounded by asked_by_nodes_max

  // Hands leadership on. Throws CommandFailed where it is not this node's, or is refused; "DISK_RESERVE" where the target has no room.
  void transfer(replication::NodeId target);
  // Before the node stops, in two steps, so that all accounts do the first at once: takes the account down, and hosts it no more even
  // where another node hands it over meanwhile; then hands it to anybody who can take it, if it is down by then.
  void begin_step_aside();
  void finish_step_aside(std::chrono::steady_clock::time_point until);

  void begin_end();  // the destructor waits for it

 private:
  struct Hosting;

  void live();
  void follow_leadership();
  void start_hosting(std::uint64_t term);
  void stop_hosting();
  void finish_building();
  void failed_to_host(std::uint64_t term, const std::string& why);
  void hand_over();
  void record_failures(const Hosting& hosting);
  void forget_failures();
  void refuse_parked() const;
  void hand_over_without_room();
  replication::NodeId successor_with_room() const;
  void stand_by();
  void give_up(std::uint64_t term);
  bool wait_given_up(std::uint64_t term, std::chrono::steady_clock::time_point until);
  void take_back(std::uint64_t term);
  bool may_act_soon(std::uint64_t term) const;
  std::uint64_t leading() const { return here_.leaderships.term(account_); }   // in which term; 0: another node, or nobody

  const Symbol account_;
  const Surroundings here_;
  std::atomic<int> asked_by_nodes_{0};
  std::atomic<bool> ending_{false};
  std::atomic<bool> stepping_aside_{false};
  std::atomic<bool> closing_{false};                 // nobody enters any more: who asks on and on would keep the account from ending

  mutable std::shared_mutex mutex_;
  std::condition_variable_any ended_;
  std::shared_ptr<Hosting> hosting_;                 // built and ended by thread_ alone
  bool building_ = false;                            // or taking down: what is on its way is not known
  std::uint64_t given_up_ = 0;                       // the term that was handed on, or is being: not hosted again
  std::chrono::steady_clock::time_point given_up_at_;

  // thread_'s alone
  std::shared_ptr<Standby> standby_;                 // while another node leads
  Offset pointed_ = 0;
  std::uint64_t tried_ = 0;                          // the term of
  int failures_ = 0;                                 // to host, in a row
  std::chrono::steady_clock::time_point not_before_; // of the next try
  std::chrono::steady_clock::time_point fold_not_before_;
  std::chrono::steady_clock::time_point hosted_at_;
  std::chrono::steady_clock::time_point room_sought_at_;
  std::optional<std::chrono::steady_clock::time_point> handed_over_at_;

  mutable std::mutex failures_mutex_;
  HostingFailures failures_told_;
  std::string parked_;                               // why no node can host it; empty: one may
  std::thread thread_;
};

}  // namespace tally
