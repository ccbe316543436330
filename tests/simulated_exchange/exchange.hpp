// A simulated exchange on its own: inputs in, reports out, everything kept so that it can be replayed.
#pragma once

#include "actors/simulated_exchange/simulated_exchange.hpp"
#include "messages/stored_codec.hpp"

namespace tally::exchange_test {

inline const Symbol venue("sim");
inline const ProductId btc("BTC-USD");
inline const AccountId alice("acct-a");
inline const AccountId bob("acct-b");
inline constexpr Time start{1'700'000'000 * ns_per_s};
inline constexpr std::int64_t minute = 60 * ns_per_s;

inline Quantity qty(const char* text) { return Quantity::parse(text); }
inline Price price(const char* text) { return Price::parse(text); }
inline Ratio ratio(const char* text) { return Ratio::parse(text); }

// The n-th minute from `start`, n from 0.
inline BarObserved bar(std::int64_t n, const char* open, const char* high, const char* low, const char* close,
                       const char* volume) {
  return {btc, price(open), price(high), price(low), price(close), qty(volume), start + n * minute, start + (n + 1) * minute};
}

inline OrderCommanded market(std::string_view id, Side side, Quantity quantity, Time at = start, AccountId account = alice) {
  OrderCommanded command;
  command.order = ClientOrderId(id);
  command.batch = {btc, BatchKind::shared, 1};
  command.side = side;
  command.quantity = quantity;
  command.commanded_at = at;
  command.account = account;
  return command;
}

inline OrderCommanded limit(std::string_view id, Side side, Quantity quantity, Price at_most, Time at = start) {
  OrderCommanded command = market(id, side, quantity, at);
  command.type = OrderType::limit;
  command.limit = at_most;
  return command;
}

inline OrderCancelCommanded cancel(std::string_view id, Time at, AccountId account = alice) {
  return {ClientOrderId(id), btc, account, at};
}

using Reports = std::vector<ExecutionReported>;

class Exchange {
 public:
  Time now = start;

  explicit Exchange(VenueConfigured settings = {}) {
    settings.venue = VenueId(venue);
    take(settings);
    ProductDefined product;
    product.product = btc;
    product.lot = qty("0.01");
    product.tick = price("0.5");
    take(product);
  }

  template <class M>
  std::vector<Message> take_all(const M& message) {
    Entry entry;
    entry.at = now;
    entry.events.push_back({{}, 0, Message(message)});
    const Delivery delivery{0, 0, true};
    std::vector<Event> out;
    cell_.take(entry, {&delivery, 1}, entry.at, out);
    history_.emplace_back(std::move(entry), out);
    std::vector<Message> said;
    for (Event& event : out) said.push_back(std::move(event.body));
    return said;
  }

  template <class M>
  Reports take(const M& message) {
    Reports reports;
    for (const Message& said : take_all(message))
      if (const auto* report = std::get_if<ExecutionReported>(&said)) reports.push_back(*report);
    return reports;
  }
  Reports take(const BarObserved& observed) {
    now = std::max(now, observed.closed_at);
    return take<BarObserved>(observed);
  }

  VenueStateReported ask(AccountId account = alice) {
    return std::get<VenueStateReported>(take_all(VenueStateRequested{++asked_, "test", account}).at(0));
  }

  const SimulatedExchangeState& state() const { return cell_.state(); }
  std::vector<std::byte> bytes() const { return store_state(cell_.state()); }

  std::vector<std::byte> replayed_bytes() const {
    Cell<SimulatedExchange> cell(venue);
    const Delivery delivery{0, 0, true};
    for (const auto& [entry, own] : history_) {
      cell.fold(entry, {&delivery, 1});
      for (const Event& event : own) cell.replay(event);
    }
    return store_state(cell.state());
  }

 private:
  Cell<SimulatedExchange> cell_{venue};
  std::vector<std::pair<Entry, std::vector<Event>>> history_;
  std::uint64_t asked_ = 0;
};

inline Reports only(const Reports& reports, ExecutionType type, std::string_view order = {}) {
  Reports found;
  for (const ExecutionReported& report : reports)
    if (report.type == type && (order.empty() || report.order.text() == order)) found.push_back(report);
  return found;
}

}  // namespace tally::exchange_test
