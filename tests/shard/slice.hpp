// A topology of three small entities, to hold the hosts to their laws without the domain: a signal asks for a position,
// a book orders and fills it, a ledger folds the fills.
#pragma once

#include "actors/host/shard/route.hpp"

namespace tally::slice {

struct Signal {
  static constexpr EntityKind kind = EntityKind::signal;
  static constexpr int reducer_version = 1;
  using Inputs = inputs<SendSignal>;
  using Events = events<SignalReceived>;
  struct State {
    IdempotencyKey last;
    std::uint64_t received = 0;
  };
  static void decide(const State& state, const SendSignal& signal, const Moment& moment, Out<Events>& out) {
    if (signal.key == state.last) return;
    SignalReceived received;
    received.key = signal.key;
    received.source = signal.source;
    received.product = signal.product;
    received.direction = signal.direction;
    received.received_at = moment.now;
    out(std::move(received));
  }
  static void evolve(State& state, const SignalReceived& event) {
    state.last = event.key;
    ++state.received;
  }
};
BOOST_DESCRIBE_STRUCT(Signal::State, (), (last, received))

struct Book {
  static constexpr EntityKind kind = EntityKind::netting_book;
  static constexpr int reducer_version = 1;
  using Inputs = inputs<SignalReceived, ExecutionReported, DeadlineReached>;
  using Events = events<OrderCommanded, OrderFilled, DeadlineSet>;
  struct State {
    std::int8_t wanted = 0;
    Quantity position;
    std::uint64_t orders = 0;
    Quantity open;
    ClientOrderId order;
    std::uint64_t reminders = 0;
  };
  static void decide(const State& state, const SignalReceived& signal, const Moment& moment, Out<Events>& out) {
    if (signal.direction.value == state.wanted) return;
    OrderCommanded order;
    order.order = ClientOrderId("T" + std::to_string(state.orders + 1));
    order.batch = {signal.product, BatchKind::shared, state.orders + 1};
    order.side = signal.direction.value > state.wanted ? Side::buy : Side::sell;
    order.quantity = Quantity::whole(1);
    order.commanded_at = moment.now;
    out(order);
    if (state.orders % 16 == 0) out(DeadlineSet{{kind, moment.self}, "remind", moment.now + 1000});
  }
  static void decide(const State& state, const ExecutionReported& report, const Moment&, Out<Events>& out) {
    if (report.order != state.order || state.open == Quantity{}) return;
    OrderFilled fill;
    fill.order = report.order;
    fill.batch = {ProductId(report.product), BatchKind::shared, state.orders};
    fill.execution = report.execution;
    fill.side = report.side;
    fill.last_quantity = report.last_quantity;
    fill.last_price = report.last_price;
    fill.fee = report.fee;
    fill.cumulative_quantity = report.last_quantity;
    out(fill);
  }
  static void evolve(State& state, const DeadlineReached&) { ++state.reminders; }
  static void evolve(State& state, const OrderCommanded& order) {
    state.wanted = order.side == Side::buy ? 1 : 0;
    state.order = order.order;
    state.open = order.quantity;
    ++state.orders;
  }
  static void evolve(State& state, const OrderFilled& fill) {
    state.position += fill.side == Side::buy ? fill.last_quantity : -fill.last_quantity;
    state.open -= fill.last_quantity;
  }
  static void evolve(State&, const DeadlineSet&) {}
};
BOOST_DESCRIBE_STRUCT(Book::State, (), (wanted, position, orders, open, order, reminders))

struct Ledger {
  static constexpr EntityKind kind = EntityKind::subscription;
  static constexpr int reducer_version = 1;
  using Inputs = inputs<OrderFilled>;
  using Events = events<>;
  struct State {
    Money cash;
    Money fees;
    std::uint64_t fills = 0;
  };
  static void evolve(State& state, const OrderFilled& fill) {
    const Money value = notional(fill.last_price, fill.last_quantity);
    state.cash += fill.side == Side::buy ? -value : value;
    state.fees += fill.fee;
    ++state.fills;
  }
};
BOOST_DESCRIBE_STRUCT(Ledger::State, (), (cash, fees, fills))

inline void of_product(const SendSignal& e, Keys& out) { out(e.product); }
inline void of_signal(const SignalReceived& e, Keys& out) { out(e.product); }
inline void of_report(const ExecutionReported& e, Keys& out) { out(e.product); }
inline void of_fill(const OrderFilled& e, Keys& out) { out(e.batch.product); }
inline void of_deadline(const DeadlineReached& e, Keys& out) { out(e.target.key); }

using Routes = route_list<decides<SendSignal, Signal, of_product>, decides<SignalReceived, Book, of_signal>,
                          decides<ExecutionReported, Book, of_report>, folds<DeadlineReached, Book, of_deadline>,
                          folds<OrderFilled, Ledger, of_fill>>;
using SliceTopology = Topology<entity_list<Signal, Ledger, Book>, Routes>;

}  // namespace tally::slice
