// The shard of a simulated venue in a process of its own: what an AccountNode has embedded, without the account.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "actors/host/live/node.hpp"
#include "app/profile.hpp"

namespace tally {

class VenueNode {
 public:
  // Recovers the shard and configures it where the profile differs from what was recorded. Throws ProfileError where the journal
  // is not this venue's.
  VenueNode(const Profile& profile, std::shared_ptr<Journal> journal);
  VenueNode(const VenueNode&) = delete;
  VenueNode& operator=(const VenueNode&) = delete;

  // An order, a cancel or a question. `done` comes when its cascade is durable.
  void take(Message message, const std::string& producer, Node::Done done);

  // Bars that closed at one time, at most one a product: they are traded on, and are what time it is on a clock of bars.
  void show(std::span<const BarObserved> bars, const std::string& source, Node::Done done);

  // The newest bar of each product.
  std::vector<BarObserved> newest_bars() const;
  // Orders of the account that the venue works, as of its last step.
  std::vector<OrderCommanded> working_orders(AccountId account);

  Offset end() const { return journal_->committed(shard_); }
  const Journal& journal() const { return *journal_; }
  Symbol shard() const { return shard_; }
  Time now() { return time_->now(); }
  void settle() { node_->settle(); }

 private:
  void remember(std::span<const BarObserved> bars);

  Symbol shard_;
  std::shared_ptr<Journal> journal_;
  std::shared_ptr<TimeAuthority> time_;
  mutable std::mutex mutex_;
  std::map<ProductId, BarObserved> newest_;
  std::unique_ptr<Node> node_;  // last: its destructor stops the actors that call the others
};

}  // namespace tally
