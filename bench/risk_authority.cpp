// What one verdict costs: the ladder over a batch of n openings, with a thousand products open, without and with denial.
#include <benchmark/benchmark.h>

#include "actors/risk_authority/risk_authority.hpp"

using namespace tally;

namespace {

constexpr Time now{1'700'000'000 * ns_per_s};

RiskLimits limits(bool tight) {
  RiskLimits l;
  l.position_max = Quantity::whole(tight ? 1 : 1'000'000);
  l.order_quantity_max = Quantity::whole(1'000'000);
  l.order_notional_max = Money::whole(1'000'000'000);
  l.gross_notional_max = Money::whole(1'000'000'000);
  l.leverage_max = Ratio::whole(1'000);
  l.drawdown_max = Ratio::whole(1);
  l.daily_loss_max = Money::whole(1'000'000'000);
  l.open_positions_max = 5'000;
  return l;
}

RiskState account(std::int64_t products, bool tight) {
  RiskState state;
  RiskAuthority::evolve(state, LimitsChanged{{}, OperatorId("ada"), 1, limits(tight)});
  RiskAuthority::evolve(state, ReconciliationCompleted{1, true, 0});
  RiskAuthority::evolve(state, InvestorLedgerUpdated{{}, {}, {}, LedgerReason::deposit, Money::whole(1'000'000), now});
  for (std::int64_t i = 0; i < products; ++i) {
    const BatchId batch{ProductId("P" + std::to_string(i)), BatchKind::shared, 1};
    RiskAuthority::evolve(state, MarkCaptured{batch.product, Price::whole(10), "bench", now, {}});
    RiskAuthority::evolve(state, OrderFilled{{}, batch, {}, Side::buy, Quantity::whole(1), Price::whole(10), {}, {}, {}, now});
  }
  return state;
}

NettingBatchFormed batch(std::int64_t rows) {
  NettingBatchFormed formed{{ProductId("P7"), BatchKind::shared, 2}, now, Price::whole(10), now, 1, {}};
  for (std::int64_t i = 0; i < rows; ++i)
    formed.rows.push_back(
        {{SubscriptionId("sub-" + std::to_string(i)), 1}, InvestorId("ann"), SignalSourceId("alpha"), {}, Quantity::whole(2)});
  return formed;
}

void verdict(benchmark::State& run, bool tight) {
  const RiskState state = account(1'000, tight);
  const NettingBatchFormed asked = batch(run.range(0));
  const Moment moment{now, Symbol("acct")};
  std::vector<Event> decided;
  decided.reserve(4);
  std::uint64_t sequence = 0;
  for (auto _ : run) {
    decided.clear();
    Out<RiskAuthority::Events> out({RiskAuthority::kind, moment.self}, sequence, decided);
    RiskAuthority::decide(state, asked, moment, out);
    benchmark::DoNotOptimize(decided.data());
  }
  run.SetItemsProcessed(run.iterations() * run.range(0));
}

// The floor: reading each row's two quantities once.
void sum_of_rows(benchmark::State& run) {
  const NettingBatchFormed asked = batch(run.range(0));
  for (auto _ : run) {
    std::int64_t sum = 0;
    for (const BatchRow& row : asked.rows) sum += row.close.units() + row.open.units();
    benchmark::DoNotOptimize(sum);
  }
  run.SetItemsProcessed(run.iterations() * run.range(0));
}

// The folds that come with every signal and fill.
void mark_and_fill(benchmark::State& run) {
  RiskState state = account(1'000, false);
  const BatchId id{ProductId("P7"), BatchKind::shared, 2};
  std::int64_t price = 10;
  for (auto _ : run) {
    price = 21 - price;
    RiskAuthority::evolve(state, MarkCaptured{id.product, Price::whole(price), {}, now, {}});
    RiskAuthority::evolve(
        state,
        OrderFilled{{}, id, {}, price > 10 ? Side::buy : Side::sell, Quantity::whole(1), Price::whole(price), {}, {}, {}, now});
    benchmark::DoNotOptimize(state.totals);
  }
}

BENCHMARK(sum_of_rows)->Arg(1)->Arg(10'000);
BENCHMARK_CAPTURE(verdict, approved, false)->Arg(1)->Arg(10'000);
BENCHMARK_CAPTURE(verdict, denied, true)->Arg(1)->Arg(10'000);
BENCHMARK(mark_and_fill);

}  // namespace

BENCHMARK_MAIN();
