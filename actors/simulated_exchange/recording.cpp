// How the simulated exchange records: its inputs, then its own events.
#include <algorithm>

#include "actors/simulated_exchange/simulated_exchange.hpp"

namespace tally {
namespace {

using State = SimulatedExchangeState;

void forget_oldest(State& state, Time now) {
  const auto too_many = [&] { return state.closed.size() > SimulatedExchange::closed_orders_max; };
  while (!state.closed.empty() && (too_many() || now - state.closed.front().at > SimulatedExchange::memory_ns)) {
    state.since = std::max(state.since, state.closed.front().at + 1);
    state.orders.erase(state.closed.front().order);
    state.closed.pop_front();
  }
}

void close(State& state, const ClientOrderId& id, VenueOrder& order, VenueOrderStatus status, Time at) {
  order.status = status;
  order.closed_at = at;
  if (const auto market = state.markets.find(order.command.batch.product); market != state.markets.end())
    std::erase(market->second.working, id);
  state.closed.push_back({id, at});
  forget_oldest(state, at);
}

void add_trade(State& state, VenueOrder& order, const ExecutionReported& trade) {
  order.trades.push_back({++state.trades, trade.last_quantity, trade.last_price, trade.fee, trade.cumulative_quantity, trade.at});
  order.filled = trade.cumulative_quantity;
  state.markets.at(trade.product).taken += trade.last_quantity;
  state.positions[{trade.account, trade.product}] += trade.side == Side::buy ? trade.last_quantity : -trade.last_quantity;
  if (order.leaves() == Quantity{}) close(state, trade.order, order, VenueOrderStatus::filled, trade.at);
}

}  // namespace

// ---- inputs ----
void SimulatedExchange::evolve(State& state, const VenueConfigured& settings) { state.settings = settings; }

void SimulatedExchange::evolve(State& state, const ProductDefined& product) { state.markets[product.product].product = product; }

void SimulatedExchange::evolve(State& state, const BarObserved& bar) {
  const auto it = state.markets.find(bar.product);
  if (it == state.markets.end()) return;
  VenueMarket& market = it->second;
  market.bar_is_new = !market.bar || bar.closed_at > market.bar->closed_at;
  if (!market.bar_is_new) return;
  market.bar = bar;
  market.taken = {};
}

// A known id keeps its first order.
void SimulatedExchange::evolve(State& state, const OrderCommanded& command) {
  VenueOrder order;
  order.command = command;
  order.arrives_at = command.commanded_at + (state.settings ? state.settings->latency_ms : 0) * ns_per_ms;
  state.orders.try_emplace(command.order, std::move(order));
}

void SimulatedExchange::evolve(State& state, const OrderCancelCommanded& command) {
  const auto it = state.orders.find(command.order);
  if (it == state.orders.end() || it->second.cancel_at) return;
  it->second.cancel_at = command.commanded_at + (state.settings ? state.settings->latency_ms : 0) * ns_per_ms;
}

// ---- its own events ----
// What is said again (a repeated answer, a report that comes twice) is known and changes nothing.
void SimulatedExchange::evolve(State& state, const ExecutionReported& report) {
  const auto it = state.orders.find(report.order);
  if (it == state.orders.end()) return;
  VenueOrder& order = it->second;
  switch (report.type) {
    case ExecutionType::accepted:
      if (order.status != VenueOrderStatus::received) return;
      order.status = VenueOrderStatus::working;
      return state.markets.at(report.product).working.push_back(report.order);
    case ExecutionType::rejected:
      if (order.status != VenueOrderStatus::received) return;
      order.text = report.text;
      return close(state, report.order, order, VenueOrderStatus::rejected, report.at);
    case ExecutionType::trade:
      if (report.cumulative_quantity > order.filled) add_trade(state, order, report);
      return;
    case ExecutionType::canceled:
      if (order.status != VenueOrderStatus::working) return;
      order.text = report.text;
      return close(state, report.order, order, VenueOrderStatus::canceled, report.at);
    case ExecutionType::expired:
    case ExecutionType::cancel_rejected:
    case ExecutionType::status: return;
  }
}

void SimulatedExchange::evolve(State&, const VenueStateReported&) {}

}  // namespace tally
