// A venue worked by hand: it keeps orders, executions and positions of one account as its own truth, and does
// only what it is told. Reports are returned, so that whoever holds it may lose, delay, repeat or reorder them.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "messages/message.hpp"

namespace tally::scenario {

class HandVenue {
 public:
  struct Order {
    OrderCommanded command;
    VenueOrderId id;
    Quantity filled;
    bool accepted = false;
    bool open = true;
    std::uint32_t trades = 0;

    Quantity leaves() const { return command.quantity - filled; }
  };

  // Millionths of the notional.
  explicit HandVenue(std::int64_t fee_millionths = 400) : fee_millionths_(fee_millionths) {}

  // An order arrived. A repeated id is the same order.
  void take(const OrderCommanded& command) {
    const auto id = VenueOrderId("V" + std::to_string(orders_.size() + 1));
    orders_.try_emplace(command.order, Order{command, id, {}, false, true, 0});
  }

  const std::map<ClientOrderId, Order>& orders() const { return orders_; }
  std::vector<ClientOrderId> open_orders() const {
    std::vector<ClientOrderId> open;
    for (const auto& [id, order] : orders_)
      if (order.open) open.push_back(id);
    return open;
  }
  Quantity position(ProductId product) const {
    const auto it = positions_.find(product);
    return it == positions_.end() ? Quantity{} : it->second;
  }

  ExecutionReported accept(const ClientOrderId& id, Time now) {
    Order& order = orders_.at(id);
    order.accepted = true;
    return report(order, ExecutionType::accepted, now);
  }
  ExecutionReported reject(const ClientOrderId& id, Time now, std::string text) {
    return close(id, ExecutionType::rejected, now, text);
  }
  ExecutionReported cancel(const ClientOrderId& id, Time now) { return close(id, ExecutionType::canceled, now, "canceled"); }
  ExecutionReported expire(const ClientOrderId& id, Time now) { return close(id, ExecutionType::expired, now, "expired"); }
  ExecutionReported keep(const ClientOrderId& id, Time now) {
    return report(orders_.at(id), ExecutionType::cancel_rejected, now);
  }

  ExecutionReported fill(const ClientOrderId& id, Quantity quantity, Price price, std::int64_t multiplier, Time now) {
    Order& order = orders_.at(id);
    order.filled += quantity;
    order.open = order.leaves() > Quantity{};
    move(order.command.batch.product, order.command.side == Side::buy ? quantity : -quantity);
    ExecutionReported trade = report(order, ExecutionType::trade, now);
    trade.execution = ExecutionId(std::string(id.text()) + "." + std::to_string(++order.trades));
    trade.last_quantity = quantity;
    trade.last_price = price;
    trade.fee = Money::from_units(notional(price, quantity, multiplier).units() * fee_millionths_ / 1'000'000);
    executions_.push_back(trade);
    return trade;
  }

  // Somebody traded in the account without us: the venue's positions change, no order of ours explains it.
  void trade_behind_our_back(ProductId product, Quantity quantity) { move(product, quantity); }

  VenueStateReported state(const VenueStateRequested& request, Time now) const {
    VenueStateReported state;
    state.request = request.request;
    state.complete = true;
    state.executions = executions_;
    for (const auto& [id, order] : orders_)
      if (order.open) state.open_orders.push_back(report(order, ExecutionType::status, now));
    for (const auto& [product, quantity] : positions_) state.positions.push_back({product, quantity});
    state.at = now;
    state.account = request.account;
    return state;
  }

 private:
  ExecutionReported close(const ClientOrderId& id, ExecutionType how, Time now, std::string text) {
    Order& order = orders_.at(id);
    order.open = false;
    ExecutionReported closed = report(order, how, now);
    closed.leaves_quantity = {};
    closed.text = std::move(text);
    return closed;
  }
  ExecutionReported report(const Order& order, ExecutionType type, Time now) const {
    ExecutionReported report;
    report.order = order.command.order;
    report.venue_order = order.id;
    report.type = type;
    report.product = order.command.batch.product;
    report.side = order.command.side;
    report.cumulative_quantity = order.filled;
    report.leaves_quantity = order.leaves();
    report.at = now;
    report.account = order.command.account;
    return report;
  }
  void move(ProductId product, Quantity quantity) { positions_[product] += quantity; }

  std::int64_t fee_millionths_;
  std::map<ClientOrderId, Order> orders_;
  std::vector<ExecutionReported> executions_;
  std::map<ProductId, Quantity> positions_;
};

}  // namespace tally::scenario
