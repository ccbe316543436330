// P1's workload through the shard core: SMA(10/30) on 525,600 synthetic bars, every signal, order and fill an event
// encoded in memory, by the deterministic host and the three-entity slice; beside the bare loop in the same run.
//
// Goal of the slice: >= 0.03 of the bare loop. The bars, the rule and its exact answer (20,250 fills, gross 21.6180,
// fee 405.229701) are stated with the generator below.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "bench/bars.hpp"
#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/host/shard/program_of.hpp"
#include "messages/stored.hpp"
#include "tests/shard/slice.hpp"

using namespace tally;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Answer {
  std::int64_t fills = 0;
  double gross = 0;
  double fee = 0;
};

// Integer sums, so ties are exact. Calls want(0 or 1) where the rule decides.
template <class Want>
struct SmaCross {
  const std::vector<bench::Bar>& bars;
  std::int64_t fast = 0, slow = 0, fast_before = 0, slow_before = 0;

  void at_close(std::size_t i, Want want) {
    fast += bars[i].close;
    if (i >= 10) fast -= bars[i - 10].close;
    slow += bars[i].close;
    if (i >= 30) slow -= bars[i - 30].close;
    const std::int64_t f = fast * 30, s = slow * 10;
    if (i >= 30) {
      if (fast_before <= slow_before && f > s) want(1);
      else if (fast_before >= slow_before && f < s) want(0);
    }
    fast_before = f;
    slow_before = s;
  }
};

Answer bare_loop(const std::vector<bench::Bar>& bars) {
  std::int64_t gross = 0, fee = 0, entry = 0, fills = 0;
  int position = 0, wanted = 0;
  const auto want = [&](int w) { wanted = w; };
  SmaCross<decltype(want)> rule{bars};
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (wanted != position) {
      fee += bars[i].open * 2;
      ++fills;
      if (wanted) entry = bars[i].open;
      else gross += bars[i].open - entry;
      position = wanted;
    }
    rule.at_close(i, want);
  }
  return {fills, static_cast<double>(gross) / 1e4, static_cast<double>(fee) / 1e8};
}

Answer through_the_shard(const std::vector<bench::Bar>& bars, std::size_t& events, std::size_t& bytes) {
  static const ProgramOf<slice::SliceTopology> program;
  std::vector<std::byte> log;
  log.reserve(std::size_t{64} << 20);
  events = bytes = 0;
  DeterministicHost host(program, Symbol("bench"), [&](const Entry& entry) {
    if (log.size() > (std::size_t{60} << 20)) log.clear();  // an arena that is used again
    const std::size_t before = log.size();
    store_entry(entry, log);
    bytes += log.size() - before;
    events += entry.events.size();
  });
  const ProductId product("W1");
  const SignalSourceId source("sma-10-30");
  std::uint64_t signals = 0, orders = 0;
  int wanted = 0, position = 0;
  Time now;
  const auto want = [&](int w) {
    if (w == wanted) return;
    wanted = w;
    SendSignal signal;
    signal.key = IdempotencyKey(std::to_string(++signals));
    signal.source = source;
    signal.product = product;
    signal.direction = {static_cast<std::int8_t>(w)};
    host.submit(Message(std::move(signal)), now);
  };
  SmaCross<decltype(want)> rule{bars};
  for (std::size_t i = 0; i < bars.size(); ++i) {
    now = {bars[i].at * ns_per_s};
    if (wanted != position) {
      ExecutionReported fill;
      fill.order = ClientOrderId("T" + std::to_string(++orders));
      fill.execution = ExecutionId("x" + std::to_string(orders));
      fill.type = ExecutionType::trade;
      fill.product = product;
      fill.side = wanted ? Side::buy : Side::sell;
      fill.last_quantity = Quantity::whole(1);
      fill.last_price = Price::from_units(bars[i].open * 100'000);
      fill.fee = Money::from_units(notional(fill.last_price, fill.last_quantity).units() / 10'000 * 2);
      host.submit(Message(std::move(fill)), now);
      position = wanted;
    }
    rule.at_close(i, want);
  }
  const auto& ledger = host.state<slice::Ledger>("W1");
  return {static_cast<std::int64_t>(ledger.fills), static_cast<double>(static_cast<long double>(ledger.cash.units()) / 1e18L),
          static_cast<double>(static_cast<long double>(ledger.fees.units()) / 1e18L)};
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main() {
  const auto bars = bench::generate_bars(0, 525'600);
  std::vector<double> bare, shard;
  Answer expected, found;
  std::size_t events = 0, bytes = 0;
  for (int round = 0; round < 7; ++round) {
    double began = seconds();
    expected = bare_loop(bars);
    bare.push_back(seconds() - began);
    began = seconds();
    found = through_the_shard(bars, events, bytes);
    shard.push_back(seconds() - began);
  }
  const double bars_per_s = static_cast<double>(bars.size()) / median(shard);
  const double bare_per_s = static_cast<double>(bars.size()) / median(bare);
  std::printf("W1 SMA(10/30), %zu bars: bare loop %lld fills, gross %.4f, fee %.6f\n", bars.size(),
              static_cast<long long>(expected.fills), expected.gross, expected.fee);
  std::printf("  shard slice %lld fills, cash %.4f, fee %.6f, %zu events, %.1f MB encoded\n", static_cast<long long>(found.fills),
              found.gross, found.fee, events, static_cast<double>(bytes) / 1e6);
  std::printf("  %.1f M bars/s, bare %.1f M bars/s, ratio %.3f (goal >= 0.03)\n", bars_per_s / 1e6, bare_per_s / 1e6,
              bars_per_s / bare_per_s);
  const bool exact = found.fills == expected.fills && std::abs(found.fee - expected.fee) < 1e-9 &&
                     std::abs(found.gross - expected.gross) < 1e-9;
  if (!exact) std::printf("  NOT EXACT\n");
  return exact ? 0 : 1;
}
