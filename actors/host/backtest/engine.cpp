#include "actors/host/backtest/engine.hpp"

#include <algorithm>

#include "actors/strategy/intent.hpp"

namespace tally::backtest {
namespace {

// The first multiple of `every` at or after `at`.
Time boundary_from(Time at, std::int64_t every) {
  const std::int64_t rest = ((at.ns % every) + every) % every;
  return rest == 0 ? at : at + (every - rest);
}

}  // namespace

Symbol strategies_shard() {
  static const Symbol shard("strategies");
  return shard;
}

Engine::Engine(Symbol account, Symbol venue, std::vector<ProductId> products, std::int64_t sample_every_ns, EngineHooks hooks)
    : products_(std::move(products)), sample_every_(sample_every_ns), hooks_(std::move(hooks)), seen_(products_.size()),
      found_(products_.size()),
      pair_(account, venue,
            {[this](const Message& input, std::vector<Message>& captured) { capture(input, captured); }, hooks_.sink,
             [this](ProductId product) { return last_bar(series_of(product)); }}) {}

void Engine::add(Strategy strategy, const StrategyVersionAdopted& version, const std::vector<std::uint32_t>& series_of_role,
                 Time now) {
  record({EntityKind::strategy, version.strategy.symbol()}, version, now);
  strategies_.add(std::move(strategy), series_of_role);
}

bool Engine::take(const MarketChunk& chunk) {
  if (chunk.bars.empty()) return true;
  at_ = 0;
  if (sample_every_ != 0 && next_sample_ == Time{}) next_sample_ = boundary_from(chunk.bars.front().closed_at, sample_every_);
  strategies_.begin(chunk);
  for (;;) {
    const std::optional<Time> spoken = strategies_.next();
    if (!run_to(chunk, spoken.value_or(chunk.bars.back().closed_at))) return false;
    if (!spoken) return true;
    bool stopped = false;
    strategies_.speak(*spoken, [&](const StrategyIntent& intent) {
      stopped = stopped || hooks_.stop();
      if (!stopped) act_on(intent);
    });
    if (stopped) return false;
  }
}

void Engine::finish() {
  if (to_sample_) sample_at(now_);
}

// What comes first of: a deadline, a bar that an order waits for, a sample, `to`. A deadline sees the prices of bars that close
// at its very moment, before the venue trades in them.
bool Engine::run_to(const MarketChunk& chunk, Time to) {
  std::optional<std::size_t> waiting;  // the first bar of a moment whose deadlines are being taken, where orders wait for it
  const auto bars_left = [&] { return at_ < chunk.bars.size() && chunk.bars[at_].closed_at <= to; };
  for (;;) {
    if (hooks_.stop()) return false;
    Time stop = to;
    const bool trades = waiting || (bars_left() && pair_.needs_bars());
    if (trades) stop = chunk.bars[waiting.value_or(at_)].closed_at;
    if (to_sample_ || bars_left())
      if (sample_every_ != 0 && next_sample_ < stop) stop = next_sample_;
    if (const auto deadline = pair_.next_deadline(); deadline && deadline->at <= stop) {
      if (trades && !waiting && chunk.bars[at_].closed_at == deadline->at) waiting = at_;
      pass(chunk, deadline->at);
      now_ = std::max(now_, deadline->at);
      pair_.take(*deadline);
      continue;
    }
    const std::size_t before = waiting.value_or(at_);
    pass(chunk, stop);
    if (trades) trade(chunk, before);
    waiting.reset();
    if (sample_every_ != 0 && stop == next_sample_) {
      sample_at(stop);
      next_sample_ = stop + sample_every_;
      if (at_ < chunk.bars.size()) next_sample_ = std::max(next_sample_, boundary_from(chunk.bars[at_].closed_at, sample_every_));
    }
    if (stop == to) return true;
  }
}

void Engine::pass(const MarketChunk& chunk, Time to) {
  const auto begin = chunk.bars.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto later = [](Time time, const BarObserved& bar) { return time < bar.closed_at; };
  const auto end =
      begin != chunk.bars.end() && begin->closed_at <= to ? std::upper_bound(begin, chunk.bars.end(), to, later) : begin;
  if (begin == end) return;
  std::fill(found_.begin(), found_.end(), false);
  std::size_t missing = products_.size();
  for (auto bar = end; bar != begin && missing != 0;) {
    --bar;
    const std::uint32_t series = chunk.series[static_cast<std::size_t>(bar - chunk.bars.begin())];
    if (found_[series]) continue;
    found_[series] = true;
    --missing;
    seen_[series].bar = *bar;
    seen_[series].shown = false;
  }
  bars_ += static_cast<std::uint64_t>(end - begin);
  at_ = static_cast<std::size_t>(end - chunk.bars.begin());
  now_ = (end - 1)->closed_at;
  to_sample_ = true;
}

void Engine::trade(const MarketChunk& chunk, std::size_t from) {
  for (std::size_t i = from; i < at_; ++i)
    if (pair_.needs_bars(chunk.bars[i].product)) pair_.show(chunk.bars[i]);
}

void Engine::sample_at(Time at) {
  if (to_sample_ && hooks_.sample) hooks_.sample(at);
  to_sample_ = false;
}

void Engine::act_on(const StrategyIntent& intent) {
  record({EntityKind::strategy, intent.strategy.symbol()}, intent, intent.anchor_closed_at);
  pair_.submit(Message(strategy::signal_of(intent)), intent.anchor_closed_at, "strategy");
}

// A signal needs its own product's price alone; bars in between have shown theirs to nobody.
void Engine::capture(const Message& input, std::vector<Message>& captured) {
  const auto* signal = std::get_if<SendSignal>(&input);
  for (std::size_t series = 0; series < seen_.size(); ++series) {
    if (seen_[series].shown || (signal && products_[series] != signal->product)) continue;
    seen_[series].shown = true;
    hooks_.show(*seen_[series].bar);
  }
  hooks_.capture(input, captured);
}

void Engine::record(const EntityRef& stream, Message message, Time at) {
  auto sequence = std::find_if(sequences_.begin(), sequences_.end(), [&](const auto& known) { return known.first == stream; });
  if (sequence == sequences_.end()) sequence = sequences_.insert(sequence, {stream, 0});
  entry_.offset = entry_.correlation = ++offset_;
  entry_.at = entry_.recorded_at = at;
  entry_.producer = "bars";
  entry_.events.clear();
  entry_.events.push_back({stream, ++sequence->second, std::move(message)});
  hooks_.sink(strategies_shard(), entry_);
}

std::size_t Engine::series_of(ProductId product) const {
  return static_cast<std::size_t>(std::find(products_.begin(), products_.end(), product) - products_.begin());
}

const BarObserved* Engine::last_bar(std::size_t series) const {
  return series < seen_.size() && seen_[series].bar ? &*seen_[series].bar : nullptr;
}

}  // namespace tally::backtest
