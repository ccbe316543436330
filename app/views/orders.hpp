// The account's orders as the session recorded them, oldest first.
#pragma once

#include "persistence/journal.hpp"

namespace tally {

struct OrderView {
  ClientOrderId order;
  BatchId batch;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  Quantity quantity;
  Quantity cumulative;
  Quantity leaves;                       // 0 when closed
  std::optional<Price> average_price;    // of its fills, rounded down to 1e-9
  Money fees;
  std::string status;                    // commanded, submitted, accepted, partially_filled, filled, rejected, canceled, expired, unknown
  std::string reason;                    // the venue's words or the rule, where it did not fill
  VenueOrderId venue_order;
  Time commanded_at;
  Offset offset = 0;                     // of its command
};
BOOST_DESCRIBE_STRUCT(OrderView, (),
                      (order, batch, side, type, quantity, cumulative, leaves, average_price, fees, status, reason, venue_order,
                       commanded_at, offset))

inline bool is_open(const OrderView& order) { return order.leaves > Quantity{}; }

std::vector<OrderView> orders(const Journal& journal, Symbol account);

}  // namespace tally
