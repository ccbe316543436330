// One investor of the account: owns the unallotted cash and the buffer, and decides what comes in, what goes out and
// what is allotted to which subscription.
//
// Laws
//   ownership    unallotted cash and buffer change by this investor's own commands, by its own subscriptions' releases and
//                by its own rows of fills and crosses, and by nothing else; neither is ever below zero
//   conservation deposits - paid withdrawals = unallotted + buffer + what the subscriptions hold + what trading cost
//   a retry      (same key, same content) emits nothing; the same key with other content is denied
//   withdrawal   one at a time. It takes unallotted cash, then whole units of the buffer, then, where it is immediate, what the
//                subscriptions have free, then what they free by reducing their own positions. It ends with WithdrawalSettled,
//                always; less is paid than asked only where the subscriptions could not free more
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>

#include "actors/answered.hpp"
#include "actors/capital.hpp"
#include "actors/entity.hpp"

namespace tally {

struct Investor {
  static constexpr EntityKind kind = EntityKind::investor;
  static constexpr int reducer_version = 1;
  // Decided: the commands and CapitalReleased. Only folded: MarkCaptured, FillSplit, InternalNettingSettled.
  using Inputs = inputs<DepositFunds, WithdrawFunds, AddSubscription, ChangeSubscription, AllotCapital, CapitalReleased,
                        MarkCaptured, FillSplit, InternalNettingSettled>;
  using Events = events<InvestorLedgerUpdated, SubscriptionUpdated, CapitalAllotted, WithdrawalRequested, WithdrawalSettled,
                        BufferAdjusted, CommandDenied>;

  enum class Asked : std::uint8_t { deposit, withdrawal, subscription, terms, allotment };

  // What was asked under a key.
  struct Content {
    Asked what = Asked::deposit;
    SubscriptionId subscription;
    SignalSourceId source;
    ProductId product;
    Money amount;
    bool immediate = false;
    std::optional<SubscriptionTerms> terms;
    bool operator==(const Content&) const = default;
  };

  // A subscription as its investor sees it: what it holds is the subscription's own, mirrored here to plan withdrawals with.
  struct Holding {
    SignalSourceId source;
    ProductId product;
    SubscriptionTerms terms;
    std::uint64_t version = 0;
    Money allotted;               // net of what came back
    Money buffer;                 // its share of this investor's buffer
    Stake stake;
  };

  struct Withdrawal {
    IdempotencyKey key;
    Money asked;
    Money minimum_unit;
    boost::container::flat_set<SubscriptionId> awaited;  // have not answered for the last time
  };

  struct State {
    Money unallotted;
    Money buffer;                 // the sum of its holdings' shares
    boost::container::flat_map<SubscriptionId, Holding> holdings;
    std::optional<Withdrawal> withdrawal;
    boost::container::flat_map<ProductId, Price> marks;   // captured for this investor's commands
    Answered<Content, 4'096> answered;
  };

  static void decide(const State&, const DepositFunds&, const Moment&, Out<Events>&);
  static void decide(const State&, const WithdrawFunds&, const Moment&, Out<Events>&);
  static void decide(const State&, const AddSubscription&, const Moment&, Out<Events>&);
  static void decide(const State&, const ChangeSubscription&, const Moment&, Out<Events>&);
  static void decide(const State&, const AllotCapital&, const Moment&, Out<Events>&);
  static void decide(const State&, const CapitalReleased&, const Moment&, Out<Events>&);

  static void evolve(State&, const CapitalReleased&);
  static void evolve(State&, const MarkCaptured&);
  static void evolve(State&, const FillSplit&, Row);
  static void evolve(State&, const InternalNettingSettled&, Row);

  static void evolve(State&, const InvestorLedgerUpdated&);
  static void evolve(State&, const SubscriptionUpdated&);
  static void evolve(State&, const CapitalAllotted&);
  static void evolve(State&, const WithdrawalRequested&);
  static void evolve(State&, const WithdrawalSettled&);
  static void evolve(State&, const BufferAdjusted&);
  static void evolve(State&, const CommandDenied&) {}
};
BOOST_DESCRIBE_ENUM(Investor::Asked, deposit, withdrawal, subscription, terms, allotment)
BOOST_DESCRIBE_STRUCT(Investor::Content, (), (what, subscription, source, product, amount, immediate, terms))
BOOST_DESCRIBE_STRUCT(Investor::Holding, (), (source, product, terms, version, allotted, buffer, stake))
BOOST_DESCRIBE_STRUCT(Investor::Withdrawal, (), (key, asked, minimum_unit, awaited))
BOOST_DESCRIBE_STRUCT(Investor::State, (), (unallotted, buffer, holdings, withdrawal, marks, answered))

// What can be paid at once: unallotted cash and the buffer's whole minimum units.
Money withdrawable(const Investor::State& state, Money minimum_unit);

// Everything this investor has, at the marks captured for it (zero where none was): unallotted, buffer and holdings.
Money virtual_capital(const Investor::State& state);

}  // namespace tally
