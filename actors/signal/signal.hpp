// Hears the signals on one product: tells new from repeated, and who is to act on it with which price.
//
// Laws: a retry (same source, same key) emits nothing; the same key with other content is denied. Every subscription
// that was ever added to the signal's source hears it, inactive ones too, for closings are honoured always. A
// signal carries the last mark known when it came; sizing happens with that one and no other.
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>

#include "actors/answered.hpp"
#include "actors/entity.hpp"

namespace tally {

struct Signal {
  static constexpr EntityKind kind = EntityKind::signal;
  static constexpr int reducer_version = 1;
  using Inputs = inputs<SendSignal, MarkCaptured, ProductDefined, SubscriptionUpdated>;
  using Events = events<SignalReceived, CommandDenied>;

  struct Said {
    Direction direction;
    std::optional<Ratio> stop_loss_ratio;
    bool operator==(const Said&) const = default;
  };

  struct State {
    Quantity lot;                 // zero: the product is not defined yet
    std::int64_t multiplier = 1;
    Price mark;                   // zero: none known
    std::string mark_source;
    Time mark_at;
    boost::container::flat_map<SignalSourceId, boost::container::flat_set<SubscriptionId>> subscribers;
    boost::container::flat_map<SubscriptionId, InvestorId> owners;  // whoever added an id first has it
    Answered<Said, 65'536> answered;
  };

  static void decide(const State& state, const SendSignal& ask, const Moment& moment, Out<Events>& out);

  static void evolve(State& state, const MarkCaptured& mark);
  static void evolve(State& state, const ProductDefined& product);
  static void evolve(State& state, const SubscriptionUpdated& subscription);
  static void evolve(State& state, const SignalReceived& signal);
  static void evolve(State&, const CommandDenied&) {}
};
BOOST_DESCRIBE_STRUCT(Signal::Said, (), (direction, stop_loss_ratio))
BOOST_DESCRIBE_STRUCT(Signal::State, (), (lot, multiplier, mark, mark_source, mark_at, subscribers, owners, answered))

}  // namespace tally
