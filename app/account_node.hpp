// One node with one trading account on a simulated venue: two shards over one journal, wired.
//
//   feed --> MarketView --(captured beside inputs)--> account's shard --OrderCommanded--> VenueLink --> venue's shard
//      '--> BarObserved --------------------------------------------------------------------------------^   |
//                                                     account's shard <--ExecutionReported-- VenueLink <----'
//
// With an address in the profile's venue section the venue is a process of its own: this node has no shard of it, and a link
// over a socket takes the orders there and brings reports and bars back (venue/remote_venue_link.hpp).
//
// The account's shard is named after the account, the venue's "venue/<name>". Configuration is submitted only where it
// differs from what the journal last recorded; limits only where the *profile* differs from the profile before, so that what
// an operator changed since stays changed.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "app/market_view.hpp"
#include "app/profile.hpp"
#include "app/venue/venue_port.hpp"
#include "app/shard_names.hpp"

namespace tally {

class BarTape;
class RemoteBarTape;
class RemoteVenueLink;
class StrategyRunner;

// What a leadership says about the effects of an account towards a remote venue, and what it begins from.
struct ActingRight {
  std::function<bool()> may_act;          // asked right before every write to the venue; none: always
  std::function<std::uint64_t()> term;    // for the venue's record; none: 0
  std::shared_ptr<Standby> standby;       // of the account's shard; none: recovered from the journal
  bool among_others = false;              // the journal holds other accounts, too
};

class AccountNode {
 public:
  // Recovers its shards, configures them and settles. Throws ProfileError where the journal is another account's.
  AccountNode(Profile profile, std::shared_ptr<Journal> journal, std::string name = "node-1", ActingRight right = {});
  ~AccountNode();
  AccountNode(const AccountNode&) = delete;
  AccountNode& operator=(const AccountNode&) = delete;

  // One command of a person or program, answered after its cascade is durable. Refused where is_command says no.
  Outcome command(Message message, const std::string& producer);
  // The same without waiting; `done` comes from an actor's thread.
  void command(Message message, const std::string& producer, Node::Done done);

  // Bars that closed at the same time, as a feed brings them: first they are what prices are and, on a clock of bars, what
  // time it is; then the venue trades on them, and deadlines that are due are taken. Returns when they are handed in, not when they
  // are digested; `done` is called for each bar, from an actor's thread, once its entry is durable or refused. Throws
  // std::logic_error where the venue is remote: it is shown bars itself, and passes them on.
  void show(std::span<const BarObserved> bars, const std::string& source, Node::Done done = nullptr);

  // Returns when what was handed in so far is done, what strategies say of it included.
  void settle();

  Node& node() { return *node_; }
  MarketView& market() { return market_; }
  TimeAuthority& time() { return *time_; }
  const Profile& profile() const { return profile_; }
  StrategyRunner* strategies() { return strategies_.get(); }   // null where the profile names none
  const Journal& journal() const { return *journal_; }
  std::shared_ptr<const Journal> shared_journal() const { return journal_; }
  Symbol account() const { return profile_.account.account.symbol(); }
  Symbol venue() const { return venue_shard_of(profile_.venue.venue); }
  // Asked before anything is broken on purpose: false unless it is certain.
  bool venue_is_simulated() const { return link_->simulated(); }
  // On record, by no entity: what a node or a drill has to say about the account. Answered when it is durable.
  Outcome record(std::string_view rule, Severity severity, std::string subject, std::string text);
  const std::string& name() const { return name_; }
  BarTape& tape() { return *tape_; }                            // of the venue's bars, wherever it is
  bool may_act() const { return !may_act_ || may_act_(); }
  // Whether the venue has told this node of everything that it recorded up to that number, and strategies have judged it.
  bool judged_up_to(Offset number) const;
  bool venue_is_remote() const { return !profile_.venue_reach.address.empty(); }

 private:
  void start_shards(const ActingRight& right);
  void start_venue_shard(ShardOptions options);
  std::unique_ptr<RemoteVenueLink> remote_link(const ActingRight& right, std::shared_ptr<RemoteBarTape> tape);
  void start_strategies(bool files_at_start);
  void see(std::span<const BarObserved> bars, const std::string& source);
  std::optional<Money> worth_of(const OrderCommanded& order) const;
  Price half_spread_of(ProductId product) const;

  Profile profile_;
  std::string name_;
  std::function<bool()> may_act_;
  std::shared_ptr<Journal> journal_;
  std::shared_ptr<TimeAuthority> time_;
  MarketView market_;
  std::shared_ptr<BarTape> tape_;
  std::unique_ptr<VenuePort> link_;
  std::unique_ptr<Node> node_;  // its destructor stops the actors that call the others
  std::unique_ptr<StrategyRunner> strategies_;  // last: it sends what the node answers
};

}  // namespace tally
