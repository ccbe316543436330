#include "actors/simulated_exchange/simulated_exchange.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "actors/simulated_exchange/matching.hpp"

namespace tally {
namespace {

using Events = SimulatedExchange::Events;
using State = SimulatedExchangeState;

bool same_order(const OrderCommanded& a, const OrderCommanded& b) {
  return a.account == b.account && a.batch == b.batch && a.side == b.side && a.type == b.type && a.quantity == b.quantity &&
         a.limit == b.limit;
}

// A report about an order; its execution id is the order's with `suffix`.
ExecutionReported report_of(const VenueOrder& order, ExecutionType type, std::string_view suffix, Time at) {
  const std::string id(order.command.order.text());
  ExecutionReported report;
  report.order = order.command.order;
  report.venue_order = VenueOrderId("v-" + id);
  report.execution = ExecutionId(id + "-" + std::string(suffix));
  report.type = type;
  report.product = order.command.batch.product;
  report.side = order.command.side;
  report.cumulative_quantity = order.filled;
  report.leaves_quantity = order.leaves();
  report.at = at;
  report.account = order.command.account;
  return report;
}

ExecutionReported acceptance_of(const VenueOrder& order) {
  ExecutionReported report = report_of(order, ExecutionType::accepted, "a", order.arrives_at);
  report.cumulative_quantity = {};
  report.leaves_quantity = order.command.quantity;
  return report;
}

ExecutionReported rejection_of(const VenueOrder& order, std::string text) {
  ExecutionReported report = report_of(order, ExecutionType::rejected, "r", order.arrives_at);
  report.leaves_quantity = {};
  report.text = std::move(text);
  return report;
}

ExecutionReported cancellation_of(const VenueOrder& order, Quantity filled, Time at, std::string text) {
  ExecutionReported report = report_of(order, ExecutionType::canceled, "c", at);
  report.cumulative_quantity = filled;
  report.leaves_quantity = {};
  report.text = std::move(text);
  return report;
}

// The order's n-th trade, from 1.
ExecutionReported trade_of(const VenueOrder& order, std::size_t n, const VenueTrade& trade) {
  ExecutionReported report = report_of(order, ExecutionType::trade, std::to_string(n), trade.at);
  report.last_quantity = trade.quantity;
  report.last_price = trade.price;
  report.fee = trade.fee;
  report.cumulative_quantity = trade.cumulative;
  report.leaves_quantity = order.command.quantity - trade.cumulative;
  return report;
}

// Says a report once, or twice where the settings draw so.
void send(const VenueConfigured& settings, const ExecutionReported& report, Out<Events>& out) {
  out(report);
  if (matching::draw(settings, report.order, report.execution.text(), settings.duplicate_probability)) out(report);
}

// Why the venue does not take an order; empty where it does.
std::string refusal(const State& state, const VenueOrder& order) {
  const OrderCommanded& command = order.command;
  const VenueMarket* market = state.market(command.batch.product);
  if (!state.settings) return "the venue is not configured";
  if (!market) return "unknown product";
  const ProductDefined& product = market->product;
  if (product.lot <= Quantity{} || product.tick <= Price{}) return "the product has no lot or no tick";
  if (command.quantity <= Quantity{}) return "the quantity is not positive";
  if (command.quantity.units() % product.lot.units() != 0) return "the quantity is not a whole number of lots";
  if (command.type == OrderType::limit && command.limit.units() % product.tick.units() != 0)
    return "the limit is not a whole number of ticks";
  if (matching::draw(*state.settings, command.order, "reject", state.settings->reject_probability)) return "refused (simulated)";
  return {};
}

// What `bar` does to a working order: perhaps a cancel before it, a fill of what is left of it, a cancel after it. Adds to `taken`.
void trade_in_bar(const VenueConfigured& settings, const ProductDefined& product, const VenueOrder& order, const BarObserved& bar,
                  Quantity& taken, Out<Events>& out) {
  Quantity filled = order.filled;
  const auto quote = matching::quote(settings, product, order, bar);
  const Quantity fills = matching::fillable(settings, product, order.leaves(), bar.volume, taken);
  if (quote && fills > Quantity{} && !(order.cancel_at && *order.cancel_at <= quote->at)) {
    taken += fills;
    VenueTrade trade;
    trade.quantity = fills;
    trade.price = quote->price;
    const Ratio rate = quote->maker ? settings.maker_fee : settings.taker_fee;
    trade.fee = matching::fee(trade.price, trade.quantity, product.multiplier, rate);
    trade.cumulative = filled = order.filled + trade.quantity;
    trade.at = quote->at;
    send(settings, trade_of(order, order.trades.size() + 1, trade), out);
  }
  if (order.cancel_at && *order.cancel_at <= bar.closed_at && filled < order.command.quantity)
    send(settings, cancellation_of(order, filled, *order.cancel_at, "cancelled on request"), out);
}

}  // namespace

void SimulatedExchange::decide(const State& state, const BarObserved& bar, const Moment&, Out<Events>& out) {
  const VenueMarket* market = state.market(bar.product);
  if (!market || !market->bar_is_new || bar.closed_at != market->bar->closed_at || !state.settings) return;
  Quantity taken;
  for (const ClientOrderId& id : market->working) trade_in_bar(*state.settings, market->product, state.orders.at(id), bar, taken, out);
}

void SimulatedExchange::decide(const State& state, const OrderCommanded& command, const Moment&, Out<Events>& out) {
  const VenueOrder& order = state.orders.at(command.order);
  if (!same_order(order.command, command)) {
    ExecutionReported other = report_of(order, ExecutionType::status, "s", command.commanded_at);
    other.text = "this id names another order";
    return out(std::move(other));
  }
  if (order.status == VenueOrderStatus::rejected) return out(rejection_of(order, order.text));
  if (order.status != VenueOrderStatus::received) return out(acceptance_of(order));
  if (std::string why = refusal(state, order); !why.empty()) return out(rejection_of(order, std::move(why)));

  send(*state.settings, acceptance_of(order), out);
  const VenueMarket& market = *state.market(command.batch.product);
  Quantity taken = market.taken;
  if (state.settings->fills == FillModel::same_close && market.bar)  // the bar that closed at this very moment
    trade_in_bar(*state.settings, market.product, order, *market.bar, taken, out);
}

void SimulatedExchange::decide(const State& state, const OrderCancelCommanded& command, const Moment& moment, Out<Events>& out) {
  const auto refuse = [&](ExecutionReported report, std::string text) {
    report.text = std::move(text);
    out(std::move(report));
  };
  const auto it = state.orders.find(command.order);
  if (it == state.orders.end()) {
    VenueOrder unknown;
    unknown.command.order = command.order;
    unknown.command.batch.product = command.product;
    unknown.command.account = command.account;
    return refuse(report_of(unknown, ExecutionType::cancel_rejected, "x", moment.now), "unknown order");
  }
  const VenueOrder& order = it->second;
  if (order.status == VenueOrderStatus::canceled) return out(cancellation_of(order, order.filled, order.closed_at, order.text));
  if (order.status != VenueOrderStatus::working)
    return refuse(report_of(order, ExecutionType::cancel_rejected, "x", moment.now), "the order is closed");
  if (*order.cancel_at <= moment.now)
    send(*state.settings, cancellation_of(order, order.filled, *order.cancel_at, "cancelled on request"), out);
}

void SimulatedExchange::decide(const State& state, const VenueStateRequested& request, const Moment& moment, Out<Events>& out) {
  VenueStateReported report;
  report.request = request.request;
  report.complete = true;
  report.at = moment.now;
  report.account = request.account;
  report.since = state.since;
  std::vector<std::pair<std::uint64_t, ExecutionReported>> trades;
  for (const auto& [id, order] : state.orders) {
    if (order.command.account != request.account) continue;
    for (std::size_t n = 0; n < order.trades.size(); ++n)
      trades.emplace_back(order.trades[n].sequence, trade_of(order, n + 1, order.trades[n]));
    if (order.status == VenueOrderStatus::working)
      report.open_orders.push_back(report_of(order, ExecutionType::status, "s", moment.now));
  }
  std::sort(trades.begin(), trades.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [sequence, trade] : trades) report.executions.push_back(std::move(trade));
  for (const auto& [place, quantity] : state.positions)
    if (place.account == request.account && quantity != Quantity{}) report.positions.push_back({place.product, quantity});
  out(std::move(report));
}

bool needs_bars(const State& state, ProductId product) {
  const VenueMarket* market = state.market(product);
  return market && !market->working.empty();
}

std::optional<MarkCaptured> mark(const State& state, ProductId product) {
  const VenueMarket* market = state.market(product);
  if (!market || !market->bar) return std::nullopt;
  return MarkCaptured{product, market->bar->close, "sim:bar-close", market->bar->closed_at, {}};
}

MidPriceCaptured book_top(const State& state, ProductId product) {
  MidPriceCaptured top;
  top.product = product;
  top.source = "sim:book-top";
  const VenueMarket* market = state.market(product);
  if (!market || !market->bar || !state.settings) return top;
  const Price half = Price::from_units(market->product.tick.units() * state.settings->half_spread_ticks);
  top.mid = market->bar->close;
  top.bid = top.mid - half;
  top.ask = top.mid + half;
  top.state = half == Price{} ? BookState::locked : BookState::two_sided;
  top.at = market->bar->closed_at;
  const std::int64_t levels[] = {top.bid.units(), top.ask.units(), top.at.ns};
  top.book_hash = XXH3_64bits(levels, sizeof levels);
  return top;
}

}  // namespace tally
