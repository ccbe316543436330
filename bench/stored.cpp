// Stored bytes: what encoding and decoding cost, against the floor of copying the same bytes into a vector.
#include <benchmark/benchmark.h>

#include <string>

#include "messages/catalog.hpp"
#include "messages/stored.hpp"

using namespace tally;

namespace {

constexpr Time moment{1'700'000'000'123'456'789};

Message fill() {
  OrderFilled m;
  m.order = ClientOrderId("acc-1-BTC-USD-17-1");
  m.batch = {ProductId("BTC-USD"), BatchKind::shared, 17};
  m.execution = ExecutionId("sim-000123");
  m.last_quantity = Quantity::parse("0.25");
  m.last_price = Price::parse("60123.5");
  m.fee = Money::parse("1.25");
  m.cumulative_quantity = Quantity::parse("0.5");
  m.leaves_quantity = Quantity::parse("1.5");
  m.at = moment;
  return m;
}

Message intent() {
  IntentCreated m;
  m.intent = {SubscriptionId("sub-00007"), 12};
  m.investor = InvestorId("ada");
  m.source = SignalSourceId("trend");
  m.product = ProductId("BTC-USD");
  m.open = m.target = Quantity::parse("0.5");
  m.price = Price::parse("60123.5");
  m.price_source = "sim:bar-close";
  m.price_at = moment;
  m.virtual_capital = Money::parse("10000.25");
  m.stop_loss_ratio = Ratio::parse("0.02");
  m.signal = IdempotencyKey("signal-123");
  return m;
}

std::string padded(const char* prefix, int number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return prefix + std::string(digits - text.size(), '0') + text;
}

Message split(int rows) {
  FillSplit m;
  m.batch = {ProductId("BTC-USD"), BatchKind::shared, 17};
  m.order = ClientOrderId("acc-1-BTC-USD-17-1");
  m.execution = ExecutionId("sim-000123");
  for (int i = 0; i < rows; ++i)
    m.rows.push_back({{SubscriptionId(padded("sub-", i, 5)), 12}, InvestorId(padded("inv-", i / 4, 4)), Quantity::parse("0.01"),
                      Money::parse("-601.24"), Money::parse("0.012346"), Money::parse("0.004321")});
  return m;
}

std::vector<std::byte> bytes_of(const Message& message) {
  std::vector<std::byte> bytes;
  store_message(message, bytes);
  return bytes;
}

void encode(benchmark::State& state, const Message& message) {
  std::vector<std::byte> out;
  for (auto _ : state) {
    out.clear();
    store_message(message, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}

void decode(benchmark::State& state, const Message& message) {
  const auto bytes = bytes_of(message);
  const About& about = row_of(message).about;
  for (auto _ : state) {
    Message read = read_message(about.number, about.version, bytes);
    benchmark::DoNotOptimize(&read);
  }
}

void copy(benchmark::State& state, const Message& message) {
  const auto bytes = bytes_of(message);
  std::vector<std::byte> out;
  for (auto _ : state) {
    out.assign(bytes.begin(), bytes.end());
    benchmark::DoNotOptimize(out.data());
  }
}

// A step's entry: one intent of each of `count` subscriptions.
Entry step(int count) {
  Entry entry{1'000'001, 3, 1'000'000, 999'999, moment, moment + 1'000, {}, {}};
  for (int i = 0; i < count; ++i) {
    auto body = std::get<IntentCreated>(intent());
    body.intent.subscription = SubscriptionId(padded("sub-", i, 5));
    entry.events.push_back({{EntityKind::subscription, body.intent.subscription.symbol()}, 7, std::move(body)});
  }
  return entry;
}

void encode_entry(benchmark::State& state) {
  const Entry entry = step(static_cast<int>(state.range(0)));
  std::vector<std::byte> out;
  for (auto _ : state) {
    out.clear();
    store_entry(entry, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes/event"] = static_cast<double>(out.size()) / static_cast<double>(state.range(0));
}

void decode_entry(benchmark::State& state) {
  std::vector<std::byte> bytes;
  store_entry(step(static_cast<int>(state.range(0))), bytes);
  for (auto _ : state) {
    Entry entry = read_entry(bytes);
    benchmark::DoNotOptimize(&entry);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

}  // namespace

BENCHMARK_CAPTURE(copy, fill, fill());
BENCHMARK_CAPTURE(encode, fill, fill());
BENCHMARK_CAPTURE(decode, fill, fill());
BENCHMARK_CAPTURE(encode, intent, intent());
BENCHMARK_CAPTURE(decode, intent, intent());
BENCHMARK_CAPTURE(copy, split_10000, split(10'000))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, split_10000, split(10'000))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(decode, split_10000, split(10'000))->Unit(benchmark::kMicrosecond);
BENCHMARK(encode_entry)->Arg(1)->Arg(10'000);
BENCHMARK(decode_entry)->Arg(1)->Arg(10'000);

BENCHMARK_MAIN();
