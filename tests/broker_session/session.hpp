// A broker session on its own: inputs in, events out, everything kept so that it can be replayed.
#pragma once

#include <algorithm>

#include "actors/broker_session/broker_session.hpp"
#include "actors/broker_session/client_order_id.hpp"

namespace tally::session_test {

inline const Symbol account("acct-1");
inline const ProductId btc("BTC-USD");
inline BatchId batch(std::uint64_t number) { return {btc, BatchKind::shared, number}; }
inline Quantity lots(std::int64_t n) { return Quantity::whole(n); }
inline Price dollars(std::int64_t n) { return Price::whole(n); }

using Said = std::vector<Message>;

template <class E>
std::vector<E> only(const Said& said) {
  std::vector<E> found;
  for (const Message& message : said)
    if (const E* event = std::get_if<E>(&message)) found.push_back(*event);
  return found;
}
template <class E>
bool has(const Said& said) {
  return !only<E>(said).empty();
}

class Session {
 public:
  Time now{1'700'000'000 * ns_per_s};

  template <class... Ms>
  Said take(Ms... messages) {
    Entry entry;
    entry.at = now;
    (entry.events.push_back({{}, 0, Message(std::move(messages))}), ...);
    return take_entry(std::move(entry));
  }

  Said take_entry(Entry entry) {
    std::vector<Delivery> deliveries;
    for (std::uint32_t i = 0; i < entry.events.size(); ++i) deliveries.push_back({i, 0, true});
    std::vector<Event> out;
    cell_.take(entry, deliveries, entry.at, out);
    history_.emplace_back(std::move(entry), out);
    Said said;
    for (Event& event : out) said.push_back(std::move(event.body));
    return said;
  }

  // Another session that only replays what this one's journal holds.
  Cell<BrokerSession> replayed() const {
    Cell<BrokerSession> cell(account);
    for (const auto& [entry, own] : history_) {
      std::vector<Delivery> deliveries;
      for (std::uint32_t i = 0; i < entry.events.size(); ++i) deliveries.push_back({i, 0, true});
      cell.fold(entry, deliveries);
      for (const Event& event : own) cell.replay(event);
    }
    return cell;
  }

  Said approve(std::uint64_t number, Quantity buy, Quantity sell = {}) {
    RiskApproved approved;
    approved.batch = batch(number);
    approved.buy = buy;
    approved.sell = sell;
    return take(approved);
  }

  // Approves and commands an order of `quantity`; its id.
  ClientOrderId order(std::uint64_t number, Quantity quantity, Side side = Side::buy) {
    approve(number, side == Side::buy ? quantity : Quantity{}, side == Side::sell ? quantity : Quantity{});
    return only<OrderCommanded>(take(NetOrderRequested{batch(number), side, quantity, 1})).at(0).order;
  }
  Said sent(ClientOrderId id, SendOutcome outcome = SendOutcome::sent) { return take(OrderSendReported{id, outcome, "port"}); }

  const BrokerSessionState& state() const { return cell_.state(); }
  const Order& at(ClientOrderId id) const { return *state().find(id); }
  OrderStatus status(ClientOrderId id) const { return at(id).standing.status; }

 private:
  Cell<BrokerSession> cell_{account};
  std::vector<std::pair<Entry, std::vector<Event>>> history_;
};

inline ExecutionReported report(ClientOrderId id, ExecutionType type, std::string_view execution = "x") {
  ExecutionReported r;
  r.order = id;
  r.venue_order = VenueOrderId("v-1");
  r.execution = ExecutionId(execution);
  r.type = type;
  r.product = btc;
  r.text = "the venue's words";
  r.at = Time{1'700'000'000 * ns_per_s};
  return r;
}

inline ExecutionReported trade(ClientOrderId id, std::string_view execution, Quantity last, Quantity cumulative = {},
                               Side side = Side::buy) {
  ExecutionReported r = report(id, ExecutionType::trade, execution);
  r.side = side;
  r.last_quantity = last;
  r.last_price = dollars(100);
  r.fee = Money::parse("0.1");
  r.cumulative_quantity = cumulative;
  return r;
}

inline VenueStateReported venue_state(std::uint64_t request, std::vector<ExecutionReported> executions = {},
                                      std::vector<ExecutionReported> open = {}) {
  VenueStateReported r;
  r.request = request;
  r.complete = true;
  r.executions = std::move(executions);
  r.open_orders = std::move(open);
  return r;
}

}  // namespace tally::session_test
