#include "app/views/orders.hpp"

#include <map>

namespace tally {
namespace {

class OrderFold {
 public:
  void fold(const Entry& entry) {
    offset_ = entry.offset;
    for (const Event& event : entry.events) std::visit([&](const auto& body) { take(body); }, event.body);
  }
  std::vector<OrderView> result() && { return std::move(orders_); }

 private:
  OrderView* find(const ClientOrderId& order) {
    const auto it = index_.find(order);
    return it == index_.end() ? nullptr : &orders_[it->second];
  }

  void take(const OrderCommanded& command) {
    index_[command.order] = orders_.size();
    OrderView order;
    order.order = command.order;
    order.batch = command.batch;
    order.side = command.side;
    order.type = command.type;
    order.quantity = command.quantity;
    order.leaves = command.quantity;
    order.status = "commanded";
    order.commanded_at = command.commanded_at;
    order.offset = offset_;
    orders_.push_back(std::move(order));
  }
  void take(const OrderSubmitted& submitted) {
    if (OrderView* order = find(submitted.order); order && order->status == "commanded") order->status = "submitted";
  }
  void take(const OrderAccepted& accepted) {
    OrderView* order = find(accepted.order);
    if (!order) return;
    order->venue_order = accepted.venue_order;
    if (order->cumulative == Quantity{} && is_open(*order)) order->status = "accepted";
  }
  void take(const OrderFilled& fill) {
    OrderView* order = find(fill.order);
    if (!order) return;
    paid_[fill.order] += notional(fill.last_price, fill.last_quantity);
    order->cumulative = fill.cumulative_quantity;
    order->leaves = fill.leaves_quantity;
    order->fees += fill.fee;
    order->status = fill.leaves_quantity == Quantity{} ? "filled" : "partially_filled";
    if (order->cumulative > Quantity{})
      order->average_price = Price::from_units(static_cast<std::int64_t>(paid_[fill.order].units() / order->cumulative.units()));
  }
  void take(const OrderRejected& rejected) {
    if (OrderView* order = find(rejected.order)) close(*order, "rejected", std::string(rejected.rule.text()) + ": " + rejected.reason);
  }
  void take(const OrderCanceled& canceled) {
    if (OrderView* order = find(canceled.order)) close(*order, canceled.expired ? "expired" : "canceled", canceled.reason);
  }
  void take(const OrderInDoubt& doubt) {
    OrderView* order = find(doubt.order);
    if (!order) return;
    order->status = "unknown";
    order->reason = doubt.reason;
  }
  template <class M>
  void take(const M&) {}

  static void close(OrderView& order, const char* status, std::string reason) {
    order.leaves = {};
    order.status = status;
    order.reason = std::move(reason);
  }

  Offset offset_ = 0;
  std::vector<OrderView> orders_;
  std::map<ClientOrderId, std::size_t> index_;
  std::map<ClientOrderId, Money> paid_;
};

}  // namespace

std::vector<OrderView> orders(const Journal& journal, Symbol account) {
  OrderFold fold;
  for_each_entry(journal, account, 1, journal.committed(account), [&](const Entry& entry) { fold.fold(entry); });
  return std::move(fold).result();
}

}  // namespace tally
