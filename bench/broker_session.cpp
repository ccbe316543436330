// What the broker session and the simulated venue cost an input: decide and evolve, through the same cell as in a host.
#include <benchmark/benchmark.h>

#include "actors/broker_session/broker_session.hpp"
#include "actors/broker_session/client_order_id.hpp"
#include "actors/simulated_exchange/simulated_exchange.hpp"

namespace tally {
namespace {

const ProductId product("BTC-USD");
constexpr Time start{1'700'000'000 * ns_per_s};

template <class E>
void take(Cell<E>& cell, const Message& message, std::vector<Event>& out, Entry& entry) {
  entry.events.resize(1);
  entry.events[0].body = message;
  const Delivery delivery{0, 0, true};
  out.clear();
  cell.take(entry, {&delivery, 1}, start, out);
}

// Everything that one order brings: approval, request, word of sending, acknowledgement and ten fills.
constexpr int inputs_of_order = 14;

std::vector<Entry> life_of_order(Symbol account, std::uint64_t number) {
  std::vector<Entry> entries;
  const auto add = [&](Message message) { entries.emplace_back().events.push_back({{}, 0, std::move(message)}); };
  RiskApproved approved;
  approved.batch = {product, BatchKind::shared, number};
  approved.buy = Quantity::whole(10);
  add(approved);
  add(NetOrderRequested{approved.batch, Side::buy, Quantity::whole(10), 1});
  ExecutionReported report;
  report.order = client_order_id(account, approved.batch, 1);
  report.product = product;
  add(OrderSendReported{report.order, SendOutcome::sent, ""});
  add(report);
  report.type = ExecutionType::trade;
  report.last_quantity = Quantity::whole(1);
  report.last_price = Price::whole(100);
  for (int n = 1; n <= 10; ++n) {
    report.execution = ExecutionId(std::string(report.order.text()) + "-" + std::to_string(n));
    report.cumulative_quantity = Quantity::whole(n);
    add(report);
  }
  return entries;
}

// One iteration is one order, beside a given number of other open orders and as many closed ones as are remembered.
void order(benchmark::State& bench) {
  const Symbol account("acct");
  Cell<BrokerSession> session{account};
  std::vector<Event> out;
  const Delivery delivery{0, 0, true};
  std::uint64_t number = 0;
  for (std::int64_t n = 0; n < bench.range(0); ++n) {
    const auto entries = life_of_order(account, ++number);
    for (std::size_t i = 0; i < 2; ++i) session.take(entries[i], {&delivery, 1}, start, out);
  }
  std::vector<std::vector<Entry>> orders;
  std::size_t next = 0;
  for (auto _ : bench) {
    if (next == orders.size()) {
      bench.PauseTiming();
      orders.clear();
      for (next = 0; orders.size() < 20;) orders.push_back(life_of_order(account, ++number));
      bench.ResumeTiming();
    }
    for (const Entry& entry : orders[next]) {
      out.clear();
      session.take(entry, {&delivery, 1}, start, out);
      benchmark::DoNotOptimize(out.data());
    }
    ++next;
  }
  bench.SetItemsProcessed(bench.iterations() * inputs_of_order);
}
BENCHMARK(order)->Arg(0)->Arg(20)->Arg(1000);

// One fill of a known order, and the same report again, which is found and dropped.
void fill(benchmark::State& bench, bool again) {
  const Symbol account("acct");
  const auto life = life_of_order(account, 1);
  Entry entry = life.back();
  auto& report = std::get<ExecutionReported>(entry.events[0].body);
  report.last_quantity = Quantity::from_units(1);
  report.cumulative_quantity = {};
  std::vector<ExecutionId> ids;
  for (int n = 0; n < 1000; ++n) ids.emplace_back(std::string(report.order.text()) + "-" + std::to_string(n));

  const Delivery delivery{0, 0, true};
  std::vector<Event> out;
  std::optional<Cell<BrokerSession>> session;
  std::size_t next = ids.size();
  for (auto _ : bench) {
    if (next == ids.size()) {
      bench.PauseTiming();
      session.emplace(account);
      for (std::size_t i = 0; i < 5; ++i) session->take(life[i], {&delivery, 1}, start, out);
      next = 0;
      bench.ResumeTiming();
    }
    out.clear();
    report.execution = again ? std::get<ExecutionReported>(life[4].events[0].body).execution : ids[next];
    ++next;
    session->take(entry, {&delivery, 1}, start, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK_CAPTURE(fill, new, false);
BENCHMARK_CAPTURE(fill, again, true);

// A bar at the venue while a number of orders rest without being reached.
void bar(benchmark::State& bench) {
  Cell<SimulatedExchange> venue{Symbol("sim")};
  std::vector<Event> out;
  Entry entry;
  take(venue, VenueConfigured{VenueId("sim")}, out, entry);
  ProductDefined defined;
  defined.product = product;
  defined.lot = Quantity::parse("0.01");
  defined.tick = Price::parse("0.01");
  take(venue, defined, out, entry);
  for (std::int64_t n = 0; n < bench.range(0); ++n) {
    OrderCommanded command;
    command.order = ClientOrderId("O" + std::to_string(n));
    command.batch.product = product;
    command.type = OrderType::limit;
    command.limit = Price::whole(1);
    command.quantity = Quantity::whole(1);
    take(venue, command, out, entry);
  }
  const Price price = Price::whole(100);
  take(venue, BarObserved{product, price, price, price, price, Quantity::whole(5), start, start + 1}, out, entry);
  BarObserved& observed = std::get<BarObserved>(entry.events[0].body);
  const Delivery delivery{0, 0, true};
  for (auto _ : bench) {
    observed.opened_at = observed.closed_at;
    observed.closed_at = observed.closed_at + 1;
    out.clear();
    venue.take(entry, {&delivery, 1}, start, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(bar)->Arg(0)->Arg(10);

}  // namespace
}  // namespace tally

BENCHMARK_MAIN();
