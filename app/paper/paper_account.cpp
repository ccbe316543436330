#include "app/paper/paper_account.hpp"

#include "app/command_intake.hpp"
#include "app/shard_names.hpp"

namespace tally {
namespace {

constexpr const char* paper_producer = "paper";

// A limit that is not set denies; these bind nothing.
RiskLimits no_cap() {
  RiskLimits limits;
  limits.position_max = limits.order_quantity_max = Quantity::whole(1'000'000'000);
  limits.order_notional_max = limits.gross_notional_max = limits.daily_loss_max = Money::whole(1'000'000'000'000'000);
  limits.leverage_max = limits.drawdown_max = Ratio::whole(1'000'000'000);
  limits.open_positions_max = 1'000'000'000;
  limits.mark_age_ms_max = 3'650ll * 86'400'000;
  return limits;
}

}  // namespace

PaperAccount::PaperAccount(SignalSourceId strategy, const PaperSettings& settings, const Market& market, Time now)
    : account_("paper:" + std::string(strategy.text())), strategy_(strategy), settings_(settings),
      minimum_unit_(market.account.minimum_unit),
      pair_(account_.symbol(), venue_shard_of(market.venue.venue),
            {[this](const Message& input, std::vector<Message>& captured) { capture(input, captured); },
             [this](Symbol shard, const Entry& entry) {
               if (shard == account_.symbol()) hear(entry);
             },
             [this](ProductId product) {
               const auto it = bars_.find(product);
               return it == bars_.end() ? nullptr : &it->second;
             }}) {
  define(market.venue, now);
  AccountConfigured account = market.account;
  account.account = account_;
  account.venue = market.venue.venue;
  account.reconcile_every_ms = 0;
  pair_.submit(account, now, paper_producer);
  for (const auto& [id, product] : market.products) define(product, now);
  pair_.submit(ChangeLimits{next_key(), OperatorId(paper_producer), no_cap()}, now, paper_producer);
  pair_.submit(ShardStarted{paper_producer, paper_producer, now}, now,
               paper_producer);  // compares with the venue, which arms openings
}

void PaperAccount::define(const VenueConfigured& venue, Time now) {
  half_spread_ticks_ = venue.half_spread_ticks;
  pair_.configure_venue(venue, now);
}

void PaperAccount::define(const ProductDefined& product, Time now) {
  ProductDefined one = product;
  one.netting_window_ms = 0;   // there is nobody to net with
  products_[one.product] = one;
  pair_.configure_venue(one, now);
  pair_.submit(one, now, paper_producer);
}

void PaperAccount::take_deadlines(Time before) {
  for (auto deadline = pair_.next_deadline(); deadline && deadline->at < before; deadline = pair_.next_deadline())
    pair_.take(*deadline);
}

void PaperAccount::show(const BarObserved& bar) {
  const auto product = products_.find(bar.product);
  if (product == products_.end()) return;
  const auto last = bars_.find(bar.product);
  if (last != bars_.end() && last->second.closed_at >= bar.closed_at) return;
  take_deadlines(bar.closed_at);
  bars_[bar.product] = bar;
  view_.show(bar, Price::from_units(product->second.tick.units() * half_spread_ticks_), "paper:bar-close");
  take_deadlines(bar.closed_at + 1);
  if (pair_.needs_bars(bar.product)) pair_.show(bar);
}

void PaperAccount::signal(const SignalReceived& signal, Time now) {
  if (!products_.contains(signal.product)) return;
  take_deadlines(now + 1);
  if (!opened_[signal.product]) open(signal.product, now);
  SendSignal same;
  same.key = signal.key;
  same.source = signal.source;
  same.product = signal.product;
  same.direction = signal.direction;
  same.stop_loss_ratio = signal.stop_loss_ratio;
  pair_.submit(same, now, paper_producer);
}

void PaperAccount::open(ProductId product, Time now) {
  opened_[product] = true;
  const InvestorId investor(paper_producer);
  Message deposit = DepositFunds{next_key(), investor, settings_.capital};
  write_minimum_unit(deposit, minimum_unit_);
  pair_.submit(std::move(deposit), now, paper_producer);
  AddSubscription add;
  add.key = next_key();
  add.subscription = SubscriptionId(std::string(product.text()));
  add.investor = investor;
  add.source = strategy_;
  add.product = product;
  add.capital = settings_.capital;
  add.terms.risk_fraction = settings_.risk_fraction;
  add.terms.leverage_max = settings_.leverage_max;
  add.terms.stop_required = false;
  Message subscription = std::move(add);
  write_minimum_unit(subscription, minimum_unit_);
  pair_.submit(std::move(subscription), now, paper_producer);
}

void PaperAccount::hear(const Entry& entry) {
  for (const Event& event : entry.events) {
    if (const auto* paid = std::get_if<InvestorLedgerUpdated>(&event.body)) {
      cash_ += paid->amount;
      if (paid->reason == LedgerReason::deposit) paid_in_ += paid->amount;
    }
    if (const auto* fill = std::get_if<FillSplit>(&event.body)) {
      cash_ -= notional(fill->price, fill->quantity, fill->multiplier) + fill->fee;
      positions_[fill->batch.product] += fill->quantity;
      fees_ += fill->fee;
      ++fills_;
    }
  }
}

Money PaperAccount::equity() const {
  Money equity = cash_;
  for (const auto& [product, quantity] : positions_)
    if (const auto bar = bars_.find(product); bar != bars_.end())
      equity += notional(bar->second.close, quantity, products_.at(product).multiplier);
  return equity;
}

IdempotencyKey PaperAccount::next_key() { return IdempotencyKey("paper-" + std::to_string(++keys_)); }

}  // namespace tally
