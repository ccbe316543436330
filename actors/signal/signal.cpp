#include "actors/signal/signal.hpp"

namespace tally {
namespace {

bool is_direction(Direction direction) { return direction.value >= -1 && direction.value <= 1; }

bool is_stop_loss_ratio(const std::optional<Ratio>& ratio) { return !ratio || (*ratio > Ratio{} && *ratio <= Ratio::whole(1)); }

SenderKey key_of(SignalSourceId source, const IdempotencyKey& key) { return {source.symbol(), key}; }

}  // namespace

void Signal::decide(const State& state, const SendSignal& ask, const Moment& moment, Out<Events>& out) {
  const auto deny = [&](const char* rule, const char* reason) { out(CommandDenied{ask.key, RuleId(rule), reason}); };
  const Said* said = state.answered.find(key_of(ask.source, ask.key));
  if (said && *said == Said{ask.direction, ask.stop_loss_ratio}) return;  // a retry changes nothing
  if (said) return deny("KEY_REUSED", "this key already came with another signal");
  if (state.lot == Quantity{}) return deny("UNKNOWN_PRODUCT", "the product is not defined in this account");
  if (!is_direction(ask.direction)) return deny("DIRECTION_OUT_OF_RANGE", "direction is -1, 0 or 1");
  if (!is_stop_loss_ratio(ask.stop_loss_ratio))
    return deny("STOP_LOSS_RATIO_OUT_OF_RANGE", "stop_loss_ratio is above 0 and at most 1");

  SignalReceived received;
  received.key = ask.key;
  received.source = ask.source;
  received.product = ask.product;
  received.direction = ask.direction;
  received.stop_loss_ratio = ask.stop_loss_ratio;
  received.received_at = moment.now;
  received.mark = state.mark;
  received.mark_source = state.mark_source;
  received.mark_at = state.mark_at;
  received.lot = state.lot;
  received.multiplier = state.multiplier;
  if (auto it = state.subscribers.find(ask.source); it != state.subscribers.end())
    received.subscriptions.assign(it->second.begin(), it->second.end());
  out(std::move(received));
}

// Whether and when an investor asks for a value must change nothing later.
void Signal::evolve(State& state, const MarkCaptured& mark) {
  if (mark.asked_by) return;
  state.mark = mark.price;
  state.mark_source = mark.source;
  state.mark_at = mark.at;
}

void Signal::evolve(State& state, const ProductDefined& product) {
  state.lot = product.lot;
  state.multiplier = product.multiplier;
}

void Signal::evolve(State& state, const SubscriptionUpdated& subscription) {
  const auto [owner, added] = state.owners.emplace(subscription.subscription, subscription.investor);
  if (added) state.subscribers[subscription.source].insert(subscription.subscription);
}

void Signal::evolve(State& state, const SignalReceived& signal) {
  state.answered.remember(key_of(signal.source, signal.key), signal.received_at, {signal.direction, signal.stop_loss_ratio});
}

}  // namespace tally
