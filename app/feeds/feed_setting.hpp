// A tape that a node follows: whose bars it takes from it, and where it begins.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "messages/ids.hpp"

namespace tally {

// Where the bars of a product come from.
enum class FeedBarsFrom : std::uint8_t {
  venue,   // the venue's own, once it says that they are final
  trades,  // built of its trades
  quotes,  // built of the middles of its quotes; they have no volume
};
BOOST_DESCRIBE_ENUM(FeedBarsFrom, venue, trades, quotes)

struct FeedProduct {
  ProductId product;    // the profile's
  ProductId seen_as;    // what the tape calls it
  std::string bars;     // timeframe: "1m", "15s", "1h" ...
  FeedBarsFrom from = FeedBarsFrom::venue;
};
BOOST_DESCRIBE_STRUCT(FeedProduct, (), (product, seen_as, bars, from))

// Of a node that never followed the tape. One that did goes on where it was.
enum class FeedBegin : std::uint8_t { start, now };
BOOST_DESCRIBE_ENUM(FeedBegin, start, now)

struct FeedSetting {
  std::string feed;               // its name; intents and journal name the tape by it
  std::string tape;               // directory, from where the program is started
  FeedBegin begin = FeedBegin::now;
  std::int64_t lateness_ms = 0;   // how late ticks may come to a bar that is built of them
  std::vector<FeedProduct> products;
};
BOOST_DESCRIBE_STRUCT(FeedSetting, (), (feed, tape, begin, lateness_ms, products))

}  // namespace tally
