// What a tape's records say to a node: final bars of its products, and the last trade and top of the book between them. No clock,
// no file: records and moments come in, facts come out.
//
// Laws: bars of a product come out in the order of their closes, each close once, and none that the node knows already. A bar
// that is built of ticks is left out where its bucket had begun before the first record: it would not be whole.
#pragma once

#include <map>
#include <optional>

#include "actors/bars/tick_bars.hpp"
#include "actors/market_data/tick_feed.hpp"
#include "app/feeds/feed_setting.hpp"
#include "messages/message.hpp"

namespace tally {

struct FeedCounters {
  std::uint64_t records = 0;
  std::uint64_t bars = 0;              // that came out
  std::uint64_t known = 0;             // the node had them, or a later one
  std::uint64_t not_whole = 0;         // had begun before the first record
  std::uint64_t other_timeframe = 0;   // final ones of another length
  std::uint64_t without_price = 0;     // a price at or below zero, or a high or low that is none
  std::uint64_t late_ticks = 0;        // their bar was final
  std::uint64_t gaps = 0;              // the feed said so, or the tape did
  std::uint64_t missing_offsets = 0;
  std::uint64_t damaged = 0;           // places of the tape
  std::uint64_t refused = 0;           // by the node's inlet; tried again
};
BOOST_DESCRIBE_STRUCT(FeedCounters, (),
                      (records, bars, known, not_whole, other_timeframe, without_price, late_ticks, gaps, missing_offsets,
                       damaged, refused))

class FeedBars {
 public:
  struct Out {
    std::vector<BarObserved> bars;
    std::vector<MarkCaptured> marks;
    std::vector<MidPriceCaptured> tops;
  };

  explicit FeedBars(const FeedSetting& setting);

  // The node has bars of that product up to this close.
  void knows(ProductId product, Time closed_at);

  // A record, received at that moment.
  void take(const Message& message, Time received_at, Out& out);
  // Everything that was received up to `now` was taken.
  void pass(Time now, Out& out);

  // Of what ticks build: the earliest moment from which the tape must be read again to build the next bar of each product.
  // Nothing where no product's are built, or of one nothing is known yet.
  std::optional<Time> built_from() const;
  FeedCounters& counters() { return counters_; }

 private:
  using TickBars = bars::TickBars<Price, Quantity>;
  struct Product {
    FeedProduct setting;
    market::TickFeed ticks;
    std::optional<TickBars> building;
    std::optional<Time> known;      // the newest close
  };

  void take(Product& product, const MarketBar& bar, Out& out);
  void take(Product& product, const TradeTick& trade, Out& out);
  void take(Product& product, const QuoteTick& quote, Out& out);
  void take(const FeedReported& report, Out& out);
  void add(Product& product, Time at, Price price, Quantity size, Out& out);
  void emit(Product& product, const BarObserved& bar, Out& out);
  void built(Product& product, const TickBars::Bar& bar, Out& out);

  std::string source_;
  std::map<ProductId, Product> products_;   // by what the tape calls it
  std::optional<Time> first_;               // when the first record was received
  FeedCounters counters_;
};

}  // namespace tally
