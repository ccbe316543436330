// A strategy's account on paper: "paper:NAME". The same entities as a live account and the same simulated venue, on one thread,
// with the signals that the strategy sent and the bars that the venue showed; its positions are capped by nothing but its own
// sizing. Nothing that happens here reaches a live account.
//
// Each product of the strategy is one subscription with the settings' capital, paid in at its first signal. Signals, bars and
// configuration come in the order in which they were recorded.
#pragma once

#include <map>

#include "actors/host/backtest/account_pair.hpp"
#include "app/market_view.hpp"
#include "app/paper/paper_settings.hpp"

namespace tally {

class PaperAccount {
 public:
  struct Market {
    AccountConfigured account;      // the live one: its currency and unit are paper's, too
    VenueConfigured venue;
    std::map<ProductId, ProductDefined> products;
  };

  PaperAccount(SignalSourceId strategy, const PaperSettings& settings, const Market& market, Time now);
  PaperAccount(const PaperAccount&) = delete;

  void define(const ProductDefined& product, Time now);
  void define(const VenueConfigured& venue, Time now);
  // Deadlines up to its close, then what the venue does in it.
  void show(const BarObserved& bar);
  void signal(const SignalReceived& signal, Time now);

  AccountId account() const { return account_; }
  Money paid_in() const { return paid_in_; }
  Money fees() const { return fees_; }
  std::uint64_t fills() const { return fills_; }
  Money equity() const;             // cash and positions at the last closes

 private:
  void take_deadlines(Time before);
  void capture(const Message& input, std::vector<Message>& captured) const { view_.capture(input, captured); }
  void hear(const Entry& entry);
  void open(ProductId product, Time now);
  IdempotencyKey next_key();

  const AccountId account_;
  const SignalSourceId strategy_;
  const PaperSettings settings_;
  Money minimum_unit_;
  MarketView view_;
  std::map<ProductId, BarObserved> bars_;
  std::map<ProductId, ProductDefined> products_;
  std::map<ProductId, Quantity> positions_;
  std::int64_t half_spread_ticks_ = 0;
  Money cash_, paid_in_, fees_;
  std::uint64_t fills_ = 0;
  std::uint64_t keys_ = 0;
  std::map<ProductId, bool> opened_;
  backtest::AccountPair pair_;      // last: its hooks use the others
};

}  // namespace tally
