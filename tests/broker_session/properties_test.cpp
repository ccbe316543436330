// Laws over random streams of reports.
#include <rapidcheck.h>

#include <map>
#include <numeric>

#include "messages/stored_codec.hpp"
#include "tests/broker_session/session.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::session_test;

namespace {

std::vector<std::byte> bytes_of(const BrokerSessionState& state) { return store_state(state); }

using Fills = std::map<std::pair<ClientOrderId, ExecutionId>, Quantity>;

// What the ledgers would fold. The same execution twice fails the test.
void add_fills(const Said& said, Fills& fills) {
  for (const OrderFilled& fill : only<OrderFilled>(said))
    RC_ASSERT(fills.emplace(std::pair(fill.order, fill.execution), fill.last_quantity).second);
}

// Everything that a venue and a port say of an order that is filled by `parts`, in no order and some of it repeatedly.
std::vector<Message> shuffled_stream(ClientOrderId id, const std::vector<std::int64_t>& parts, bool cancels) {
  std::vector<Message> stream{OrderSendReported{id, SendOutcome::sent, ""}, report(id, ExecutionType::accepted, "a")};
  if (cancels) stream.push_back(report(id, ExecutionType::canceled, "c"));
  std::int64_t sum = 0;
  for (std::size_t n = 0; n < parts.size(); ++n)
    stream.push_back(trade(id, "e" + std::to_string(n), lots(parts[n]), lots(sum += parts[n])));
  const std::size_t once = stream.size();
  const auto again = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, once));
  for (std::size_t i : again) stream.push_back(stream[i]);
  for (std::size_t i = stream.size(); i > 1; --i) std::swap(stream[i - 1], stream[*rc::gen::inRange<std::size_t>(0, i)]);
  return stream;
}

Said take_any(Session& session, const Message& message) {
  return std::visit([&](const auto& body) { return session.take(body); }, message);
}

// Any report at all about one of these orders, sensible or not.
Message any_report(const std::vector<ClientOrderId>& ids) {
  const ClientOrderId id = *rc::gen::elementOf(ids);
  const auto kind = *rc::gen::inRange(0, 10);
  if (kind == 0) return OrderSendReported{id, static_cast<SendOutcome>(*rc::gen::inRange(0, 3)), ""};
  if (kind == 1) return CancelRequested{batch(*rc::gen::inRange<std::uint64_t>(1, 4))};
  if (kind == 2) return ShardStarted{"n", "b", Time{}};
  ExecutionReported r = trade(id, "e" + std::to_string(*rc::gen::inRange(0, 12)), lots(*rc::gen::inRange(-1, 5)),
                              lots(*rc::gen::inRange(0, 8)), *rc::gen::inRange(0, 8) == 0 ? Side::sell : Side::buy);
  if (kind < 7) r.type = static_cast<ExecutionType>(*rc::gen::inRange(0, 7));
  return r;
}

void check_invariants(const Session& session, const Fills& fills) {
  std::map<ClientOrderId, Quantity> sums;
  for (const auto& [key, quantity] : fills) sums[key.first] += quantity;
  const auto& state = session.state();
  for (const auto* orders : {&state.open, &state.closed})
    for (const auto& [id, order] : *orders) {
      RC_ASSERT(order.cumulative == (sums.contains(id) ? sums.at(id) : Quantity{}));
      RC_ASSERT(order.cumulative <= order.quantity);
      RC_ASSERT(order.closed() == (orders == &state.closed));
      RC_ASSERT((order.standing.status == OrderStatus::filled) == (order.cumulative == order.quantity));
      RC_ASSERT(order.standing.status != OrderStatus::accepted || order.cumulative == Quantity{});
    }
}

}  // namespace

TEST_CASE("Reports in any order, repeated any number of times, give the same fills") {
  REQUIRE(rc::check([] {
    const auto parts = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 20)));
    const bool cancels = *rc::gen::arbitrary<bool>();
    const std::int64_t unfilled = *rc::gen::inRange<std::int64_t>(0, 10);
    const std::int64_t filled = std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
    Session session;
    const ClientOrderId id = session.order(1, lots(filled + unfilled));
    Fills fills;
    for (const Message& message : shuffled_stream(id, parts, cancels)) add_fills(take_any(session, message), fills);
    RC_ASSERT(fills.size() == parts.size());
    for (std::size_t n = 0; n < parts.size(); ++n)
      RC_ASSERT(fills.at({id, ExecutionId("e" + std::to_string(n))}) == lots(parts[n]));
    RC_ASSERT(session.at(id).cumulative == lots(filled));
    RC_ASSERT(session.status(id) == (unfilled == 0 ? OrderStatus::filled
                                     : cancels     ? OrderStatus::canceled
                                                   : OrderStatus::partially_filled));
  }));
}

TEST_CASE("No report, however wrong, throws, fills twice or beyond the order, or leaves a state that a replay does not reach") {
  REQUIRE(rc::check([] {
    Session session;
    std::vector<ClientOrderId> ids{ClientOrderId("STRANGER")};
    for (std::uint64_t n = 1; n <= 3; ++n) ids.push_back(session.order(n, lots(6)));
    Fills fills;
    const auto count = *rc::gen::inRange(0, 60);
    std::uint64_t request = 0;
    for (int i = 0; i < count; ++i) {
      if (*rc::gen::inRange(0, 10) == 0) {
        VenueStateReported records = venue_state(++request);
        for (int k = *rc::gen::inRange(0, 4); k > 0; --k)
          if (Message one = any_report(ids); auto* r = std::get_if<ExecutionReported>(&one)) records.executions.push_back(*r);
        if (*rc::gen::arbitrary<bool>())
          records.open_orders.push_back(report(*rc::gen::elementOf(ids), ExecutionType::status, "s"));
        session.take(VenueStateRequested{request, "test", AccountId(account)});
        const Said said = session.take(records);
        RC_ASSERT(std::holds_alternative<VenueStateFolded>(said.back()));
        add_fills(said, fills);
      } else {
        add_fills(take_any(session, any_report(ids)), fills);
      }
      check_invariants(session, fills);
    }
    RC_ASSERT(bytes_of(session.replayed().state()) == bytes_of(session.state()));
    BrokerSessionState read = read_state<BrokerSessionState>(bytes_of(session.state()));
    RC_ASSERT(bytes_of(read) == bytes_of(session.state()));
  }));
}
