// An account of many subscriptions to one source on a live node, whose venue fills every order whole at the mark.
#pragma once

#include <cstdlib>
#include <string>

#include "actors/host/live/node.hpp"
#include "actors/programs.hpp"
#include "bench/floor_append.hpp"
#include "messages/message.hpp"

namespace tally::bench {

inline const Symbol shard("bench");
inline const ProductId product("BTC-USD");

// The other end of the port: takes the time, then fills the whole order at the mark.
class Wire {
 public:
  void perform(Node& node, const Event& event) {
    if (const auto* request = std::get_if<VenueStateRequested>(&event.body)) {
      VenueStateReported state;
      state.request = request->request;
      state.complete = true;
      state.account = request->account;
      return node.submit(shard, {state}, "venue");
    }
    const auto* order = std::get_if<OrderCommanded>(&event.body);
    if (!order) return;
    arrived_at = seconds_now();
    OrderSendReported sent;
    sent.order = order->order;
    node.submit(shard, {sent}, "venue");
    ExecutionReported fill;
    fill.order = order->order;
    fill.venue_order = VenueOrderId("v-" + std::string(order->order.text()));
    fill.execution = ExecutionId(std::string(order->order.text()) + "-1");
    fill.type = ExecutionType::trade;
    fill.product = product;
    fill.side = order->side;
    fill.last_quantity = fill.cumulative_quantity = order->quantity;
    fill.last_price = Price::whole(100);
    fill.account = order->account;
    node.submit(shard, {fill}, "venue");
  }
  double arrived_at = 0;
};

class Account {
 public:
  explicit Account(std::shared_ptr<Journal> journal, SupervisionPolicy supervision = {})
      : node("n1", std::move(journal), std::make_shared<TimeAuthority>(TimeAuthority::Mode::live)) {
    ShardOptions options;
    options.shard = shard;
    options.program = &account_program();
    options.supervision = supervision;
    options.capture = [this](const Message& input, std::vector<Message>& captured) { capture(input, captured); };
    options.effect = [this](const Entry&, const Event& event, Port) { wire.perform(node, event); };
    node.start_shard(options);
  }

  void configure() {
    const Money cent = Money::parse("0.01");
    must(AccountConfigured{AccountId("bench"), VenueId("bench"), "USD", cent, 0});
    ProductDefined defined;
    defined.product = product;
    defined.lot = Quantity::parse("0.0001");
    defined.tick = Price::parse("0.01");
    defined.minimum_unit = cent;
    must(defined);
    RiskLimits limits;
    limits.position_max = limits.order_quantity_max = Quantity::whole(1'000'000'000);
    limits.order_notional_max = limits.gross_notional_max = limits.daily_loss_max = Money::whole(1'000'000'000'000);
    limits.leverage_max = Ratio::whole(100);
    limits.drawdown_max = Ratio::whole(1);
    limits.open_positions_max = 100;
    must(ChangeLimits{IdempotencyKey("limits"), OperatorId("bench"), limits});
  }

  // `count` investors with one subscription each.
  void subscribe(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(1'000'000 + i);
      const InvestorId investor("inv-" + number);
      DepositFunds deposit;
      deposit.key = IdempotencyKey("d" + number);
      deposit.investor = investor;
      deposit.amount = Money::whole(10'000);
      node.submit(shard, {deposit}, "bench");
      AddSubscription add;
      add.key = IdempotencyKey("a" + number);
      add.subscription = SubscriptionId("sub-" + number);
      add.investor = investor;
      add.source = SignalSourceId("trend");
      add.product = product;
      add.capital = Money::whole(10'000);
      add.terms.risk_fraction = Ratio::parse("0.01");
      add.terms.leverage_max = Ratio::whole(1);
      node.submit(shard, {add}, "bench");
      if (i % 1'000 == 999) node.settle();
    }
    node.settle();
  }

  // The answer to the signal of a round, one way and the other in turn, once everything it led to is done.
  Outcome signal(int round) {
    SendSignal signal;
    signal.key = IdempotencyKey("s" + std::to_string(round));
    signal.source = SignalSourceId("trend");
    signal.product = product;
    signal.direction = {static_cast<std::int8_t>(round % 2 == 0 ? 1 : -1)};
    signal.stop_loss_ratio = Ratio::parse("0.02");
    wire.arrived_at = 0;
    Outcome outcome = node.submit_for(shard, signal, "bench").get();
    node.settle();
    return outcome;
  }

  Wire wire;
  Node node;  // last: its destructor stops what calls the wire

 private:
  void must(Message message) {
    if (!node.submit_for(shard, std::move(message), "bench").get().accepted) std::abort();
  }
  void capture(const Message& input, std::vector<Message>& captured) {
    if (!std::holds_alternative<SendSignal>(input)) return;
    MarkCaptured mark{product, Price::whole(100), "bench", node.time().now(), {}};
    MidPriceCaptured mid;
    mid.product = product;
    mid.state = BookState::two_sided;
    mid.bid = Price::whole(99);
    mid.ask = Price::whole(101);
    mid.mid = Price::whole(100);
    mid.source = "bench";
    mid.at = mark.at;
    captured.push_back(std::move(mark));
    captured.push_back(std::move(mid));
  }
};

}  // namespace tally::bench
