#include "gateway/metrics/account_metrics.hpp"

#include <algorithm>

namespace tally {
namespace {

double number(Money money) { return static_cast<double>(money.units()) / 1e18; }
double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

void AccountMetrics::fold_account(const Entry& entry) {
  for (const Event& event : entry.events) {
    if (const auto* account = std::get_if<AccountConfigured>(&event.body)) account_ = account->account.text();
    if (const auto* product = std::get_if<ProductDefined>(&event.body)) multipliers_[product->product] = product->multiplier;
    if (const auto* rejected = std::get_if<RiskRejected>(&event.body)) rejected_[std::string(rejected->rule.text())] += rejected->intents.size();
  }
  for (const tables::Change& change : tables_.fold(entry)) take(change);
}

void AccountMetrics::fold_venue(const Entry& entry) {
  for (const Event& event : entry.events)
    if (const auto* bar = std::get_if<BarObserved>(&event.body)) {
      Time& newest = bars_[bar->product];
      newest = std::max(newest, bar->closed_at);
      Seen& seen = prices_[bar->product];
      if (bar->closed_at >= seen.at) seen = {bar->close, bar->closed_at};
    }
}

void AccountMetrics::take(const tables::Change& change) {
  if (const auto* realized = std::get_if<tables::RealizedPnlLatest>(&change.row))
    realized_[{realized->strategyId, realized->symbol}] = realized->realizedPnl;
  if (const auto* open = std::get_if<tables::UnrealizedPnlLatest>(&change.row)) {
    const Key key{open->strategyId, open->symbol};
    if (change.what == tables::Change::What::removed) return void(positions_.erase(key));
    const Money worth = notional(open->currentPrice, open->netQty, multipliers_[open->symbol]);
    positions_[key] = {open->netQty, worth - open->unrealizedPnl, open->ts};
    Seen& seen = prices_[open->symbol];
    if (open->ts >= seen.at) seen = {open->currentPrice, open->ts};
  }
  matches_ += std::holds_alternative<tables::TradeMatchHistory>(change.row) ? 1 : 0;
  accepted_ += std::holds_alternative<tables::AcceptedTradeSignalHistory>(change.row) ? 1 : 0;
}

std::vector<MetricFamilyOf> AccountMetrics::at(Time now) const {
  using Kind = MetricFamilyOf::Kind;
  struct OfStrategy {
    Money realized, unrealized, exposure;
    std::size_t open = 0;
  };
  std::map<SignalSourceId, OfStrategy> strategies;
  for (const auto& [key, realized] : realized_) strategies[key.first].realized += realized;
  std::vector<std::pair<Money, Key>> largest;
  std::map<ProductId, Time> updated;
  for (const auto& [key, position] : positions_) {
    OfStrategy& strategy = strategies[key.first];
    const Seen& seen = prices_.at(key.second);
    const Money value = notional(seen.price, position.net, multipliers_.at(key.second));
    strategy.unrealized += value - position.cost;
    strategy.exposure += value;
    ++strategy.open;
    largest.emplace_back(value - position.cost, key);
    const Time last = std::max(position.updated, seen.at);
    const auto [at, first] = updated.try_emplace(key.second, last);
    if (!first) at->second = std::min(at->second, last);
  }
  std::sort(largest.begin(), largest.end(),
            [](const auto& a, const auto& b) { return std::pair(-abs(a.first), a.second) < std::pair(-abs(b.first), b.second); });
  if (largest.size() > top_symbols_) largest.resize(top_symbols_);

  std::vector<MetricFamilyOf> all;
  const auto family = [&](const char* name, const char* help, Kind kind) -> MetricFamilyOf& {
    return all.emplace_back(MetricFamilyOf{name, help, kind, {}});
  };
  const auto per_strategy = [&](const char* name, const char* help, auto value_of) {
    MetricFamilyOf& of = family(name, help, Kind::gauge);
    for (const auto& [source, strategy] : strategies)
      of.samples.push_back({{{"account", account_}, {"strategy", std::string(source.text())}}, value_of(strategy)});
  };
  per_strategy("te_unrealized_pnl_total", "Open positions at the last price, less what they cost",
               [](const OfStrategy& of) { return number(of.unrealized); });
  per_strategy("te_realized_pnl_total", "What closed lots realized, before fees", [](const OfStrategy& of) { return number(of.realized); });
  per_strategy("te_net_exposure", "Signed worth of open positions at the last price", [](const OfStrategy& of) { return number(of.exposure); });
  per_strategy("te_open_positions_count", "Symbols with an open position", [](const OfStrategy& of) { return static_cast<double>(of.open); });
  MetricFamilyOf& top = family("te_unrealized_pnl_top", "The largest unrealized profits and losses by symbol", Kind::gauge);
  for (const auto& [pnl, key] : largest)
    top.samples.push_back({{{"account", account_}, {"strategy", std::string(key.first.text())}, {"symbol", std::string(key.second.text())}}, number(pnl)});

  family("tp_signals_accepted_total", "Wishes of strategies that risk let pass", Kind::counter)
      .samples.push_back({{{"account", account_}, {"reason", "OK"}}, static_cast<double>(accepted_)});
  MetricFamilyOf& denied = family("tp_signals_rejected_total", "Intents whose opening risk denied, by rule", Kind::counter);
  for (const auto& [rule, count] : rejected_) denied.samples.push_back({{{"code", rule}}, static_cast<double>(count)});
  family("engine_matches_emitted_total", "Closed segments", Kind::counter).samples.push_back({{}, static_cast<double>(matches_)});

  MetricFamilyOf& stale = family("te_rollup_staleness_seconds", "Since the oldest open position of the symbol was valued anew", Kind::gauge);
  for (const auto& [product, at] : updated) stale.samples.push_back({{{"symbol", std::string(product.text())}}, seconds(now - at)});
  MetricFamilyOf& delay = family("prices_bar_delay_seconds", "Since the close of the newest bar", Kind::gauge);
  for (const auto& [product, at] : bars_) delay.samples.push_back({{{"symbol", std::string(product.text())}}, seconds(now - at)});
  return all;
}

}  // namespace tally
