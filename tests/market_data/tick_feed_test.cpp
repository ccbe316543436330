// What a feed of ticks says: which are of use, what stands, what is odd.
#include "actors/market_data/tick_feed.hpp"

#include "tests/catch.hpp"

using namespace tally;
using namespace tally::market;

namespace {

TradeTick trade(std::int64_t second, const char* price, const char* size) {
  TradeTick made;
  made.at = made.received_at = {second * ns_per_s};
  made.price = Price::parse(price);
  made.size = Quantity::parse(size);
  return made;
}

std::optional<Level> level(const char* price) {
  if (!*price) return std::nullopt;
  return Level{Price::parse(price), Quantity::whole(1)};
}

QuoteTick quote(std::int64_t second, const char* bid, const char* ask) {
  QuoteTick made;
  made.at = made.received_at = {second * ns_per_s};
  made.bid = level(bid);
  made.ask = level(ask);
  return made;
}

}  // namespace

TEST_CASE("Trades without a price or of nothing are of no use; equal ones are, and are counted") {
  TickFeed feed;
  CHECK(feed.take(trade(1, "10", "5")));
  CHECK(feed.take(trade(1, "10", "5")));
  CHECK_FALSE(feed.take(trade(2, "0", "5")));
  CHECK_FALSE(feed.take(trade(2, "-1", "5")));
  CHECK_FALSE(feed.take(trade(3, "10", "0")));
  TradeTick doubtful = trade(4, "10", "5");
  doubtful.suspicious = true;
  CHECK(feed.take(doubtful));
  CHECK(feed.take(trade(3, "10", "5")));
  CHECK(feed.counters().trades == 7);
  CHECK(feed.counters().repeated == 1);
  CHECK(feed.counters().zero_price == 2);
  CHECK(feed.counters().zero_size == 1);
  CHECK(feed.counters().suspicious == 1);
  CHECK(feed.arrivals().counters().backwards == 1);
}

TEST_CASE("A side that is not quoted stands as it did") {
  TickFeed feed;
  CHECK_FALSE(feed.mid());
  CHECK(feed.state() == BookState::missing);
  CHECK(feed.take(quote(1, "10", "")));
  CHECK(feed.state() == BookState::one_sided);
  CHECK(feed.take(quote(2, "", "12")));
  CHECK(feed.mid() == Price::whole(11));
  CHECK(feed.take(quote(3, "11", "")));
  CHECK(feed.mid() == Price::parse("11.5"));
  CHECK(feed.counters().one_sided == 3);
  CHECK(feed.take(quote(4, "12", "")));
  CHECK(feed.counters().locked == 1);
  CHECK(feed.mid() == Price::whole(12));
  CHECK(feed.take(quote(5, "13", "")));
  CHECK(feed.counters().crossed == 1);
  CHECK_FALSE(feed.mid());
  CHECK(feed.take(quote(6, "13", "13.5")));
  CHECK(feed.mid() == Price::parse("13.25"));
  CHECK_FALSE(feed.take(quote(7, "", "")));
  CHECK_FALSE(feed.take(quote(8, "0", "0")));
  CHECK(feed.counters().zero_price == 2);
  CHECK(feed.take(quote(9, "0", "14")));
  CHECK(feed.bid()->price == Price::whole(13));
  CHECK(feed.ask()->price == Price::whole(14));
  CHECK(feed.counters().quotes == 9);
}

TEST_CASE("Where trades have ids, one that came before is of no use, and those that were left out are counted") {
  TickFeed feed;
  const auto numbered = [](std::uint64_t id) {
    TradeTick made = trade(1, "10", "5");
    made.id = id;
    return made;
  };
  CHECK(feed.take(numbered(7)));
  CHECK_FALSE(feed.take(numbered(7)));
  CHECK_FALSE(feed.take(numbered(5)));
  CHECK(feed.take(numbered(8)));
  CHECK(feed.take(numbered(12)));
  feed.restart();
  CHECK(feed.take(numbered(20)));
  CHECK(feed.counters().duplicates == 1);
  CHECK(feed.counters().out_of_order == 1);
  CHECK(feed.counters().missed == 3 + 7);
  CHECK(feed.counters().repeated == 0);
  CHECK(feed.last_trade_id() == 20);
  feed.restart();
  CHECK(feed.take(numbered(3)));
  CHECK(feed.last_trade_id() == 3);
}

TEST_CASE("A top of book that is older than the one before does not stand; after a lost connection nothing does") {
  TickFeed feed;
  const auto numbered = [](std::uint64_t id, const char* bid) {
    QuoteTick made = quote(1, bid, "12");
    made.update_id = id;
    return made;
  };
  CHECK(feed.take(numbered(7, "10")));
  CHECK_FALSE(feed.take(numbered(6, "9")));
  CHECK(feed.bid()->price == Price::whole(10));
  feed.restart();
  CHECK(feed.state() == BookState::missing);
  CHECK(feed.take(numbered(3, "8")));
  CHECK(feed.bid()->price == Price::whole(8));
  CHECK(feed.counters().out_of_order == 1);
}
