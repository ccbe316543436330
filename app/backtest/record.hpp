// What a run leaves to look at, folded from its entries as they are appended: matches and trades by strategy, the account's and
// each investor's money, equity at the sampling times, counts of what happened. Money is exact; figures are not.
//
// Memory: open lots, one equity figure a day, and series for the report that never exceed points_max.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "app/backtest/config.hpp"
#include "app/backtest/figures.hpp"
#include "app/backtest/thinned.hpp"

namespace tally::backtest {

// How often what happened.
struct Happened {
  std::uint64_t bars = 0;
  std::uint64_t rows_without_price = 0;
  std::uint64_t intents = 0;
  std::uint64_t signals = 0;
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  std::uint64_t crosses = 0;
  std::uint64_t risk_rejections = 0;
  std::uint64_t venue_rejections = 0;
  std::uint64_t releases = 0;
  std::uint64_t alerts = 0;
  std::uint64_t events = 0;
};
BOOST_DESCRIBE_STRUCT(Happened, (),
                      (bars, rows_without_price, intents, signals, orders, fills, crosses, risk_rejections, venue_rejections,
                       releases, alerts, events))

struct BookResult {
  Rollup total;
  TradeMeter meter;
};

struct InvestorResult {
  Money deposit;
  Money cash;  // with buffers
  Money fees;
  std::map<ProductId, Quantity> position;
};

struct Marker {
  std::int64_t at = 0;
  double price = 0;
  bool buy = false;
};

class Recorder {
 public:
  using OnTrade = std::function<void(const Trade&)>;
  using OnSegment = std::function<void(const Trade&, const Segment&)>;
  using OnEquity = std::function<void(Time, Money equity, Money cash)>;

  struct Listeners {
    OnTrade trade;
    OnSegment segment;
    OnEquity equity;
  };

  Recorder(const Config& config, Listeners listeners);

  void entry(Symbol shard, const Entry& entry);
  // Equity at that time, at these marks (0 where a product has none yet).
  using Mark = std::function<Price(ProductId)>;
  void sample(Time at, const Mark& mark);
  void price(std::size_t series, Time at, Price close);

  const Happened& happened() const { return happened_; }
  Happened& happened() { return happened_; }
  const std::map<std::pair<std::string, std::string>, BookResult>& books() const { return books_; }  // by strategy and product
  const TradeMeter& trades() const { return trades_; }
  std::vector<OpenLot> open_lots() const { return lots_.open_lots(); }
  const std::map<InvestorId, InvestorResult>& investors() const { return investors_; }
  Money initial() const { return initial_; }
  Money cash() const { return cash_; }
  Money fees() const { return fees_; }
  Money turnover() const { return turnover_; }
  Money equity(const Mark& mark) const;
  Money worth(const InvestorResult& investor, const Mark& mark) const;

  // None where there was no sample, or equity was not above zero at one.
  std::optional<EquityReport> equity_report() const;
  const std::string& no_statistics() const { return no_statistics_; }  // why

  const Thinned& equity_curve() const { return curve_; }
  const std::vector<Thinned>& price_curves() const { return prices_; }
  const std::vector<std::vector<Marker>>& markers() const { return markers_; }  // by series
  std::uint64_t markers_left_out() const { return markers_left_out_; }

 private:
  void take(const FillSplit& split);
  void take(const InternalNettingSettled& cross, Time at);
  void book(ProductId product, Trade trade);
  void add_rows(ProductId product, const std::vector<SplitRow>& rows);
  const ProductDefined& product(ProductId id) const;

  const Config& config_;
  Listeners listeners_;
  Symbol account_;
  std::map<SubscriptionId, SignalSourceId> source_of_;
  std::map<ProductId, std::size_t> series_of_;
  TradeBooks lots_;
  std::map<std::pair<std::string, std::string>, BookResult> books_;
  TradeMeter trades_;
  std::map<InvestorId, InvestorResult> investors_;
  std::map<ProductId, Quantity> position_;
  Money initial_, cash_, fees_, turnover_;
  std::optional<EquityRecord> equity_;
  std::string no_statistics_ = "no bar was seen";
  Thinned curve_;
  std::vector<Thinned> prices_;
  std::vector<std::vector<Marker>> markers_;
  std::uint64_t markers_left_out_ = 0;
  Happened happened_;
};

}  // namespace tally::backtest
