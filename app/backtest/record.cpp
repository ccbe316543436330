#include "app/backtest/record.hpp"

#include "actors/host/backtest/engine.hpp"
#include "app/time_text.hpp"

namespace tally::backtest {
namespace {

constexpr std::size_t markers_max = 3'000;  // of one product, in the report

double number_of(Price value) { return static_cast<double>(value.units()) / 1e9; }
double number_of(Money value) { return static_cast<double>(static_cast<long double>(value.units()) / 1e18L); }

}  // namespace

Recorder::Recorder(const Config& config, Listeners listeners)
    : config_(config), listeners_(std::move(listeners)), account_(config.profile.account.account.symbol()),
      prices_(config.bars.size()), markers_(config.bars.size()) {
  for (const AddSubscription& add : config.subscriptions) source_of_[add.subscription] = add.source;
  for (std::size_t i = 0; i < config.bars.size(); ++i) series_of_[config.bars[i].product] = i;
  for (const InvestorChoice& choice : config.investors) {
    initial_ += choice.deposit;
    investors_[choice.investor].deposit = choice.deposit;
  }
}

void Recorder::entry(Symbol shard, const Entry& entry) {
  happened_.events += entry.events.size();
  if (shard != account_) {
    if (shard == strategies_shard())
      for (const Event& event : entry.events) happened_.intents += std::holds_alternative<StrategyIntent>(event.body);
    return;
  }
  for (const Event& event : entry.events)
    std::visit(
        [&]<class M>(const M& body) {
          if constexpr (std::same_as<M, FillSplit>) take(body);
          else if constexpr (std::same_as<M, InternalNettingSettled>) take(body, entry.at);
          else if constexpr (std::same_as<M, InvestorLedgerUpdated>) {
            investors_[body.investor].cash += body.amount;
            cash_ += body.amount;
          } else if constexpr (std::same_as<M, SignalReceived>) ++happened_.signals;
          else if constexpr (std::same_as<M, OrderCommanded>) ++happened_.orders;
          else if constexpr (std::same_as<M, RiskRejected>) ++happened_.risk_rejections;
          else if constexpr (std::same_as<M, OrderRejected>) ++happened_.venue_rejections;
          else if constexpr (std::same_as<M, IntentReleased>) ++happened_.releases;
          else if constexpr (std::same_as<M, AlertTriggered>) ++happened_.alerts;
        },
        event.body);
}

void Recorder::take(const FillSplit& split) {
  ++happened_.fills;
  const ProductId product = split.batch.product;
  add_rows(product, split.rows);
  cash_ -= notional(split.price, split.quantity, split.multiplier) + split.fee;
  fees_ += split.fee;
  turnover_ += abs(notional(split.price, split.quantity, split.multiplier));
  position_[product] += split.quantity;
  for (const SourceQuantity& part : split.sources) {
    Trade trade;
    trade.key = {std::string(account_.text()), std::string(part.source.text()), std::string(product.text())};
    trade.id = split.execution;
    trade.order = split.order.text();
    trade.fill = split.execution.text();
    trade.at = split.at;
    trade.side = part.quantity > Quantity{} ? Side::buy : Side::sell;
    trade.quantity.value = abs(part.quantity);
    trade.price.value = split.price;
    for (const SplitRow& row : split.rows)
      if (source_of_[row.intent.subscription] == part.source) trade.fee.value += row.fee;
    trade.multiplier = split.multiplier;
    book(product, std::move(trade));
  }
}

void Recorder::take(const InternalNettingSettled& cross, Time at) {
  ++happened_.crosses;
  const ProductId product = cross.batch.product;
  add_rows(product, cross.rows);
  for (const SourceQuantity& part : cross.sources) {
    Trade trade;
    trade.key = {std::string(account_.text()), std::string(part.source.text()), std::string(product.text())};
    trade.id = cross.execution;
    trade.fill = cross.execution.text();
    trade.at = at;
    trade.side = part.quantity > Quantity{} ? Side::buy : Side::sell;
    trade.quantity.value = abs(part.quantity);
    trade.price.value = cross.mid;
    trade.multiplier = cross.multiplier;
    book(product, std::move(trade));
  }
}

void Recorder::add_rows(ProductId product, const std::vector<SplitRow>& rows) {
  for (const SplitRow& row : rows) {
    InvestorResult& investor = investors_[row.investor];
    investor.cash += row.cash + row.residual;
    investor.fees += row.fee;
    investor.position[product] += row.quantity;
  }
}

// A strategy whose subscriptions crossed each other alone has traded nothing.
void Recorder::book(ProductId product, Trade trade) {
  if (trade.quantity.value == Quantity{}) return;
  trade.currency = config_.profile.account.currency;
  if (listeners_.trade) listeners_.trade(trade);
  const auto booked = lots_.book(trade);
  if (!booked) return;
  BookResult& result = books_[{trade.key.strategy, trade.key.symbol}];
  result.total = *booked->after;
  for (const Segment& segment : booked->segments) {
    result.meter.add(segment);
    trades_.add(segment);
    if (listeners_.segment) listeners_.segment(trade, segment);
  }
  const auto series = series_of_.find(product);
  if (series == series_of_.end()) return;
  auto& markers = markers_[series->second];
  if (markers.size() < markers_max) markers.push_back({trade.at.ns, number_of(trade.price.value), trade.side == Side::buy});
  else ++markers_left_out_;
}

void Recorder::price(std::size_t series, Time at, Price close) { prices_[series].add(at.ns, number_of(close)); }

Money Recorder::worth(const InvestorResult& investor, const Mark& mark) const {
  Money worth = investor.cash;
  for (const auto& [id, quantity] : investor.position) worth += notional(mark(id), quantity, product(id).multiplier);
  return worth;
}

Money Recorder::equity(const Mark& mark) const {
  Money equity = cash_;
  for (const auto& [id, quantity] : position_) equity += notional(mark(id), quantity, product(id).multiplier);
  return equity;
}

void Recorder::sample(Time at, const Mark& mark) {
  const Money now = equity(mark);
  curve_.add(at.ns, number_of(now));
  if (listeners_.equity) listeners_.equity(at, now, cash_);
  if (!no_statistics_.empty() && equity_) return;
  if (now <= Money{}) {
    no_statistics_ = "equity was not above zero at " + exact_iso_time(at) + ": a return on nothing has no meaning";
    if (!equity_) equity_.emplace(config_.statistics, initial_);
    return;
  }
  if (!equity_) equity_.emplace(config_.statistics, initial_);
  no_statistics_.clear();
  equity_->add(at, {now, 0});
}

std::optional<EquityReport> Recorder::equity_report() const {
  if (!no_statistics_.empty()) return std::nullopt;
  return equity_->report();
}

const ProductDefined& Recorder::product(ProductId id) const {
  for (const ProductDefined& known : config_.profile.products)
    if (known.product == id) return known;
  throw std::logic_error("a fill of a product that nobody defined");
}

}  // namespace tally::backtest
