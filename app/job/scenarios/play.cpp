#include "app/job/scenarios/play.hpp"

#include "messages/assert.hpp"

namespace tally::scenario {

void Play::open_account() {
  AccountConfigured account;
  account.account = AccountId(stage.shard());
  account.venue = VenueId("hand");
  account.currency = "USD";
  account.minimum_unit = one_cent;
  stage.submit(account);
  ProductDefined defined;
  defined.product = product();
  defined.lot = Quantity::whole(1);
  defined.tick = Price::parse("0.01");
  defined.minimum_unit = one_cent;
  stage.submit(defined);
  stage.market[product()] = {Price::whole(100), Price::parse("0.01"), BookState::two_sided, 0};
  RiskLimits limits;
  limits.position_max = limits.order_quantity_max = Quantity::whole(1'000);
  limits.order_notional_max = limits.gross_notional_max = limits.daily_loss_max = Money::whole(100'000);
  limits.leverage_max = Ratio::whole(10);
  limits.drawdown_max = Ratio::parse("0.9");
  limits.open_positions_max = 3;
  stage.submit(ChangeLimits{fresh_key(), OperatorId("ada"), limits});
  stage.submit(ShardStarted{"node", "scenario", stage.now});
  answer_state_requests();
  stage.submit(DepositFunds{fresh_key(), InvestorId("ivy"), Money::whole(1'000)});
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::parse("0.02");
  terms.leverage_max = Ratio::whole(1);
  stage.submit(AddSubscription{fresh_key(), SubscriptionId("sub"), InvestorId("ivy"), SignalSourceId("source"), product(),
                               Money::whole(1'000), terms});
  given(
      "an investor with 1000 in one subscription; the product trades at 100 in lots of 1; a signal with a stop of 10 % sizes to "
      "2");
}

void Play::answer_state_requests() {
  std::deque<Message> rest;
  for (const Message& message : std::exchange(stage.to_venue, {}))
    if (const auto* request = std::get_if<VenueStateRequested>(&message)) stage.submit(stage.venue.state(*request, stage.now));
    else rest.push_back(message);
  for (Message& message : stage.to_venue) rest.push_back(std::move(message));
  stage.to_venue = std::move(rest);
}

void Play::signal(int direction) {
  SendSignal signal{fresh_key(), SignalSourceId("source"), product(), {static_cast<std::int8_t>(direction)}, {}};
  if (direction != 0) signal.stop_loss_ratio = Ratio::parse("0.1");
  stage.submit(signal);
}

ClientOrderId Play::send_order() {
  TALLY_ASSERT(!stage.to_venue.empty());
  const auto order = std::get<OrderCommanded>(stage.to_venue.front());
  stage.to_venue.pop_front();
  stage.venue.take(order);
  stage.submit(OrderSendReported{order.order, SendOutcome::sent, ""});
  return order.order;
}

}  // namespace tally::scenario
