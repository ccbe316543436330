#include "app/backtest/figures.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tally::backtest {
namespace {

double number_of(Money value) { return static_cast<double>(static_cast<long double>(value.units()) / 1e18L); }

double share_of(const FeeShare& share) {
  return static_cast<double>(static_cast<long double>(share.fee.units()) / 1e18L *
                             static_cast<long double>(share.part.units()) / static_cast<long double>(share.whole.units()));
}

// Zero by zero has no value, anything else by zero is infinite.
double ratio(double above, double below) { return above / below; }

}  // namespace

void TradeMeter::add(const Segment& segment) {
  const double net = number_of(segment.match.realized) - share_of(segment.opening_fee) - share_of(segment.closing_fee);
  ++trades;
  winning += net > 0;
  losing += net < 0;
  if (net > 0) gains += net;
  if (net < 0) losses -= net;
  best = trades == 1 ? net : std::max(best, net);
  worst = trades == 1 ? net : std::min(worst, net);
  streak_ = net < 0 ? streak_ + 1 : 0;
  losing_streak = std::max(losing_streak, streak_);
  held_s += static_cast<double>(segment.match.closed_at - segment.match.opened_at) / 1e9;
}

std::vector<Figure> figures_of(const TradeMeter& meter) {
  const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  return {{"trades", meter.trades},
          {"winning_trades", meter.winning},
          {"losing_trades", meter.losing},
          {"trade_win_rate", ratio(count(meter.winning), count(meter.winning + meter.losing))},
          {"trade_profit_factor", ratio(meter.gains, meter.losses)},
          {"average_win", ratio(meter.gains, count(meter.winning))},
          {"average_loss", ratio(-meter.losses, count(meter.losing))},
          {"expectancy", ratio(meter.gains - meter.losses, count(meter.trades))},
          {"best_trade", meter.best},
          {"worst_trade", meter.worst},
          {"longest_losing_streak", meter.losing_streak},
          {"average_holding_s", ratio(meter.held_s, count(meter.trades))}};
}

double figure_named(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures) {
    if (figure.name != name) continue;
    if (const double* value = std::get_if<double>(&figure.value)) return *value;
    if (const std::uint64_t* value = std::get_if<std::uint64_t>(&figure.value)) return static_cast<double>(*value);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string check_statistic(const std::string& name) {
  std::vector<Figure> all = figures_of(EquityReport{});
  const std::vector<Figure> trades = figures_of(TradeMeter{});
  all.insert(all.end(), trades.begin(), trades.end());
  std::string names;
  for (const Figure& figure : all) {
    if (std::holds_alternative<std::string>(figure.value)) continue;
    if (figure.name == name) return name;
    names += (names.empty() ? "" : ", ") + figure.name;
  }
  throw std::invalid_argument("'" + name + "' is no statistic; there are " + names);
}

}  // namespace tally::backtest
