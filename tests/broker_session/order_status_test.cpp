// The life cycle, row by row: the table below is written by hand from the specification, and every pair that it does not
// list must be illegal.
#include "actors/broker_session/order_status.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using namespace tally;

namespace {

using enum OrderStatus;
using enum OrderChange;

struct Row {
  OrderStatus from;
  std::vector<std::pair<OrderChange, OrderStatus>> to;
};

// From its working status; pending ones are entered from `accepted` and return there.
const std::vector<Row> specified = {
    {initialized, {{deny, denied}, {emulate, emulated}, {release, released}, {command, commanded}, {submit, submitted},
                   {accept, accepted}, {reject, rejected}, {cancel, canceled}, {expire, expired}, {trigger, triggered}}},
    {denied, {}},
    {emulated, {{release, released}, {cancel, canceled}, {expire, expired}}},
    {released, {{deny, denied}, {command, commanded}, {submit, submitted}, {cancel, canceled}}},
    {commanded, {{submit, submitted}, {doubt, unknown}, {ask_cancel, pending_cancel}, {accept, accepted}, {reject, rejected},
                 {trigger, triggered}, {fill_part, partially_filled}, {fill_whole, filled},
                 {cancel, canceled}, {expire, expired}}},
    {unknown, {{submit, submitted}, {accept, accepted}, {reject, rejected}, {trigger, triggered}, {fill_part, partially_filled},
               {fill_whole, filled}, {cancel, canceled}, {expire, expired}}},
    {submitted, {{doubt, unknown}, {ask_update, pending_update}, {ask_cancel, pending_cancel}, {accept, accepted},
                 {reject, rejected}, {trigger, triggered}, {fill_part, partially_filled}, {fill_whole, filled},
                 {cancel, canceled}, {expire, expired}}},
    {accepted, {{ask_update, pending_update}, {update, accepted}, {ask_cancel, pending_cancel}, {reject, rejected},
                {trigger, triggered}, {fill_part, partially_filled}, {fill_whole, filled},
                {cancel, canceled}, {expire, expired}}},
    {triggered, {{ask_update, pending_update}, {ask_cancel, pending_cancel}, {reject, rejected}, {fill_part, partially_filled},
                 {fill_whole, filled}, {cancel, canceled}, {expire, expired}}},
    {partially_filled, {{ask_update, pending_update}, {ask_cancel, pending_cancel}, {accept, partially_filled},
                        {fill_part, partially_filled}, {fill_whole, filled}, {cancel, canceled}, {expire, expired}}},
    {pending_update, {{update, accepted}, {refuse_update, accepted}, {ask_cancel, pending_cancel}, {accept, pending_update},
                      {reject, rejected}, {fill_part, pending_update}, {fill_whole, filled},
                      {cancel, canceled}, {expire, expired}}},
    {pending_cancel, {{refuse_cancel, accepted}, {ask_cancel, pending_cancel}, {ask_update, pending_update},
                      {submit, pending_cancel}, {doubt, unknown}, {accept, pending_cancel}, {reject, rejected},
                      {fill_part, pending_cancel}, {fill_whole, filled}, {cancel, canceled}, {expire, expired}}},
    {canceled, {{fill_part, canceled}, {fill_whole, filled}}},
    {expired, {{fill_part, expired}, {fill_whole, filled}}},
    {rejected, {}},
    {filled, {}},
};

std::string pair_text(OrderStatus from, OrderChange on) {
  return std::string(boost::describe::enum_to_string(from, "?")) + " + " + boost::describe::enum_to_string(on, "?");
}

OrderStanding standing_in(OrderStatus status) { return {status, is_pending(status) ? accepted : status}; }

}  // namespace

TEST_CASE("Every pair of status and change is as specified, and every other pair is illegal") {
  REQUIRE(specified.size() == order_status_count);
  std::size_t legal = 0;
  for (const Row& row : specified)
    for (std::size_t c = 0; c < order_change_count; ++c) {
      const auto on = static_cast<OrderChange>(c);
      INFO(pair_text(row.from, on));
      const auto expected = std::find_if(row.to.begin(), row.to.end(), [&](const auto& pair) { return pair.first == on; });
      const auto next = after(standing_in(row.from), on);
      REQUIRE(next.has_value() == (expected != row.to.end()));
      if (!next) continue;
      REQUIRE(next->status == expected->second);
      ++legal;
    }
  REQUIRE(legal == std::size(life_cycle::table));
}

TEST_CASE("A closed order is left only by a late fill of a cancelled or expired one") {
  for (std::size_t s = 0; s < order_status_count; ++s)
    for (std::size_t c = 0; c < order_change_count; ++c) {
      const auto from = static_cast<OrderStatus>(s);
      const auto on = static_cast<OrderChange>(c);
      if (!is_closed(from) || !transition(from, on)) continue;
      INFO(pair_text(from, on));
      REQUIRE((from == canceled || from == expired));
      REQUIRE((on == fill_part || on == fill_whole));
      REQUIRE(is_closed(after(standing_in(from), on)->status));
    }
}

TEST_CASE("A refused cancel restores the status that the order reached meanwhile") {
  OrderStanding standing{submitted, submitted};
  for (OrderChange on : {ask_cancel, accept, fill_part}) standing = after(standing, on).value();
  REQUIRE(standing == OrderStanding{pending_cancel, partially_filled});
  REQUIRE(after(standing, refuse_cancel) == OrderStanding{partially_filled, partially_filled});
}

TEST_CASE("A cancel asked for while an update is pending returns to what was before both") {
  OrderStanding standing{accepted, accepted};
  for (OrderChange on : {ask_update, ask_cancel}) standing = after(standing, on).value();
  REQUIRE(standing == OrderStanding{pending_cancel, accepted});
  REQUIRE(after(standing, refuse_cancel) == OrderStanding{accepted, accepted});
}
