// What a simulated venue remembers.
#pragma once

#include <boost/container/flat_map.hpp>
#include <deque>
#include <map>
#include <optional>

#include "messages/message.hpp"

namespace tally {

enum class VenueOrderStatus : std::uint8_t { received, working, rejected, canceled, filled };
BOOST_DESCRIBE_ENUM(VenueOrderStatus, received, working, rejected, canceled, filled)

// One execution. `sequence` counts those of the whole venue.
struct VenueTrade {
  std::uint64_t sequence = 0;
  Quantity quantity;
  Price price;
  Money fee;
  Quantity cumulative;
  Time at;
};
BOOST_DESCRIBE_STRUCT(VenueTrade, (), (sequence, quantity, price, fee, cumulative, at))

struct VenueOrder {
  OrderCommanded command;
  Time arrives_at;
  VenueOrderStatus status = VenueOrderStatus::received;
  std::string text;                // why it was rejected or cancelled
  Time closed_at;                  // once closed
  Quantity filled;
  std::optional<Time> cancel_at;   // when a cancel arrives
  std::vector<VenueTrade> trades;  // at most one a lot

  Quantity leaves() const { return command.quantity - filled; }
};
BOOST_DESCRIBE_STRUCT(VenueOrder, (), (command, arrives_at, status, text, closed_at, filled, cancel_at, trades))

struct VenueMarket {
  ProductDefined product;
  std::optional<BarObserved> bar;      // the newest
  bool bar_is_new = false;             // of this entry, and newer than every bar before
  Quantity taken;                      // of the newest bar's volume, by all orders
  std::vector<ClientOrderId> working;  // in order of arrival
};
BOOST_DESCRIBE_STRUCT(VenueMarket, (), (product, bar, bar_is_new, taken, working))

struct AccountProduct {
  AccountId account;
  ProductId product;
  auto operator<=>(const AccountProduct&) const = default;
};
BOOST_DESCRIBE_STRUCT(AccountProduct, (), (account, product))

struct ClosedVenueOrder {
  ClientOrderId order;
  Time at;
};
BOOST_DESCRIBE_STRUCT(ClosedVenueOrder, (), (order, at))

struct SimulatedExchangeState {
  std::optional<VenueConfigured> settings;
  boost::container::flat_map<ProductId, VenueMarket> markets;
  std::map<ClientOrderId, VenueOrder> orders;  // working, and closed ones that are still remembered
  std::deque<ClosedVenueOrder> closed;         // in order of closing
  boost::container::flat_map<AccountProduct, Quantity> positions;  // signed
  std::uint64_t trades = 0;                    // ever
  Time since{};                                // orders that closed earlier may be forgotten

  const VenueMarket* market(ProductId product) const {
    const auto it = markets.find(product);
    return it == markets.end() ? nullptr : &it->second;
  }
};
BOOST_DESCRIBE_STRUCT(SimulatedExchangeState, (), (settings, markets, orders, closed, positions, trades, since))

}  // namespace tally
