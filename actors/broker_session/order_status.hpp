// The life cycle of an order: one table, and nothing else decides what may follow what.
//
// The states are those of professional practice (NautilusTrader's, over FIX's OrdStatus) and two of ours: `commanded`,
// committed but not known to be sent, and `unknown`, perhaps at the venue and perhaps not.
//
// Laws
//  - A pair that the table does not list is illegal: the caller records a mismatch, nothing changes, nothing throws.
//  - Status follows the cumulative quantity. While a cancel or an update is pending, a fill or an acknowledgement changes
//    only what the order will return to; a whole fill ends it.
//  - A late fill of a cancelled or expired order is legal: money moved. It stays closed, or becomes filled.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tally {

enum class OrderStatus : std::uint8_t {
  initialized,
  denied,  // by us, before it left
  emulated,
  released,
  commanded,
  unknown,
  submitted,
  accepted,
  rejected,  // by the venue, or proved never to have reached it
  canceled,
  expired,
  triggered,
  pending_update,
  pending_cancel,
  partially_filled,
  filled,
};
BOOST_DESCRIBE_ENUM(OrderStatus, initialized, denied, emulated, released, commanded, unknown, submitted, accepted, rejected,
                    canceled, expired, triggered, pending_update, pending_cancel, partially_filled, filled)
inline constexpr std::size_t order_status_count = 16;

// What can happen to an order.
enum class OrderChange : std::uint8_t {
  deny,
  emulate,
  release,
  command,
  doubt,
  submit,
  accept,
  reject,
  trigger,
  ask_update,
  update,
  refuse_update,
  ask_cancel,
  refuse_cancel,
  fill_part,   // leaves remain
  fill_whole,  // none remain
  cancel,
  expire,
};
BOOST_DESCRIBE_ENUM(OrderChange, deny, emulate, release, command, doubt, submit, accept, reject, trigger, ask_update, update,
                    refuse_update, ask_cancel, refuse_cancel, fill_part, fill_whole, cancel, expire)
inline constexpr std::size_t order_change_count = 18;

// One legal pair. Without `to` the order returns to what it was before the request that was pending.
struct OrderTransition {
  OrderStatus from;
  OrderChange on;
  std::optional<OrderStatus> to;
};

namespace life_cycle {
using enum OrderStatus;
using enum OrderChange;

inline constexpr std::optional<OrderStatus> back{};

inline constexpr OrderTransition table[] = {
    {initialized, deny, denied},
    {initialized, emulate, emulated},
    {initialized, release, released},
    {initialized, command, commanded},
    {initialized, submit, submitted},
    {initialized, accept, accepted},  // this and the next four: an order that was not placed by us
    {initialized, reject, rejected},
    {initialized, cancel, canceled},
    {initialized, expire, expired},
    {initialized, trigger, triggered},

    {emulated, release, released},
    {emulated, cancel, canceled},
    {emulated, expire, expired},

    {released, deny, denied},
    {released, command, commanded},
    {released, submit, submitted},
    {released, cancel, canceled},

    {commanded, submit, submitted},
    {commanded, doubt, unknown},
    {commanded, ask_cancel, pending_cancel},
    {commanded, accept, accepted},  // from here on: a report may overtake the word that it was sent
    {commanded, reject, rejected},
    {commanded, trigger, triggered},
    {commanded, fill_part, partially_filled},
    {commanded, fill_whole, filled},
    {commanded, cancel, canceled},
    {commanded, expire, expired},

    {unknown, submit, submitted},
    {unknown, accept, accepted},
    {unknown, reject, rejected},
    {unknown, trigger, triggered},
    {unknown, fill_part, partially_filled},
    {unknown, fill_whole, filled},
    {unknown, cancel, canceled},
    {unknown, expire, expired},

    {submitted, doubt, unknown},
    {submitted, ask_update, pending_update},
    {submitted, ask_cancel, pending_cancel},
    {submitted, accept, accepted},
    {submitted, reject, rejected},
    {submitted, trigger, triggered},
    {submitted, fill_part, partially_filled},
    {submitted, fill_whole, filled},
    {submitted, cancel, canceled},
    {submitted, expire, expired},

    {accepted, ask_update, pending_update},
    {accepted, update, accepted},
    {accepted, ask_cancel, pending_cancel},
    {accepted, reject, rejected},
    {accepted, trigger, triggered},
    {accepted, fill_part, partially_filled},
    {accepted, fill_whole, filled},
    {accepted, cancel, canceled},
    {accepted, expire, expired},

    {triggered, ask_update, pending_update},
    {triggered, ask_cancel, pending_cancel},
    {triggered, reject, rejected},
    {triggered, fill_part, partially_filled},
    {triggered, fill_whole, filled},
    {triggered, cancel, canceled},
    {triggered, expire, expired},

    {partially_filled, ask_update, pending_update},
    {partially_filled, ask_cancel, pending_cancel},
    {partially_filled, accept, partially_filled},
    {partially_filled, fill_part, partially_filled},
    {partially_filled, fill_whole, filled},
    {partially_filled, cancel, canceled},
    {partially_filled, expire, expired},

    {pending_update, update, back},
    {pending_update, refuse_update, back},
    {pending_update, ask_cancel, pending_cancel},
    {pending_update, accept, pending_update},
    {pending_update, reject, rejected},
    {pending_update, fill_part, pending_update},
    {pending_update, fill_whole, filled},
    {pending_update, cancel, canceled},
    {pending_update, expire, expired},

    {pending_cancel, refuse_cancel, back},
    {pending_cancel, ask_cancel, pending_cancel},
    {pending_cancel, ask_update, pending_update},
    {pending_cancel, submit, pending_cancel},
    {pending_cancel, doubt, unknown},
    {pending_cancel, accept, pending_cancel},
    {pending_cancel, reject, rejected},
    {pending_cancel, fill_part, pending_cancel},
    {pending_cancel, fill_whole, filled},
    {pending_cancel, cancel, canceled},
    {pending_cancel, expire, expired},

    {canceled, fill_part, canceled},
    {canceled, fill_whole, filled},

    {expired, fill_part, expired},
    {expired, fill_whole, filled},
};
}  // namespace life_cycle

constexpr bool is_pending(OrderStatus status) {
  return status == OrderStatus::pending_update || status == OrderStatus::pending_cancel;
}
constexpr bool is_closed(OrderStatus status) {
  return status == OrderStatus::denied || status == OrderStatus::rejected || status == OrderStatus::canceled ||
         status == OrderStatus::expired || status == OrderStatus::filled;
}

// The table as a matrix: place of the row + 1, or 0.
namespace life_cycle {
inline constexpr auto matrix = [] {
  std::array<std::array<std::uint8_t, order_change_count>, order_status_count> rows{};
  std::uint8_t place = 0;
  for (const OrderTransition& row : table) {
    auto& cell = rows[static_cast<std::size_t>(row.from)][static_cast<std::size_t>(row.on)];
    if (cell != 0) throw "the table lists a pair twice";  // at compile time
    cell = ++place;
  }
  return rows;
}();
}  // namespace life_cycle

// The row of a pair; nullptr where it is illegal.
constexpr const OrderTransition* transition(OrderStatus from, OrderChange on) {
  const std::uint8_t place = life_cycle::matrix[static_cast<std::size_t>(from)][static_cast<std::size_t>(on)];
  return place == 0 ? nullptr : &life_cycle::table[place - 1];
}

// Where an order stands. `working` is its status without the request that is pending; else the same.
struct OrderStanding {
  OrderStatus status = OrderStatus::initialized;
  OrderStatus working = OrderStatus::initialized;
  bool operator==(const OrderStanding&) const = default;
};
BOOST_DESCRIBE_STRUCT(OrderStanding, (), (status, working))

// Where it stands after `on`; none where that is illegal.
constexpr std::optional<OrderStanding> after(OrderStanding standing, OrderChange on) {
  const OrderTransition* row = transition(standing.status, on);
  if (!row) return std::nullopt;
  if (!row->to) return OrderStanding{standing.working, standing.working};
  if (!is_pending(*row->to)) return OrderStanding{*row->to, *row->to};
  if (!is_pending(standing.status)) return OrderStanding{*row->to, standing.status};
  const bool asks = on == OrderChange::ask_cancel || on == OrderChange::ask_update;
  const OrderTransition* beneath = asks ? nullptr : transition(standing.working, on);
  return OrderStanding{*row->to, beneath && beneath->to ? *beneath->to : standing.working};
}

}  // namespace tally
