// What a tape's records come to: bars in order, each once, whole; prices between them; and what is left out, counted.
#include "app/feeds/feed_bars.hpp"
#include "app/feeds/tape_place.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

const ProductId ours("BTC-USD"), theirs("BTC-USDT");
const VenueId venue("binance");
constexpr std::int64_t minute_ns = 60 * ns_per_s;
constexpr Time midnight{1'704'153'600 * ns_per_s};

Time at(std::int64_t minutes, std::int64_t ns = 0) { return midnight + (minutes * minute_ns + ns); }

FeedSetting setting(FeedBarsFrom from, std::int64_t lateness_ms = 0) {
  return {"binance", "tape/binance", FeedBegin::start, lateness_ms, {{ours, theirs, "1m", from}}};
}

MarketBar bar(std::int64_t minute, const char* close, bool final = true) {
  MarketBar one;
  one.venue = venue;
  one.product = theirs;
  one.timeframe = "1m";
  one.opened_at = at(minute);
  one.closed_at = at(minute + 1);
  one.received_at = one.closed_at + ns_per_ms;
  one.open = one.high = one.low = one.close = Price::parse(close);
  one.volume = Quantity::parse("2.5");
  one.final = final;
  return one;
}

TradeTick trade(Time when, const char* price, std::uint64_t id) {
  TradeTick one;
  one.venue = venue;
  one.product = theirs;
  one.at = one.received_at = when;
  one.price = Price::parse(price);
  one.size = Quantity::parse("0.5");
  one.id = id;
  return one;
}

QuoteTick quote(Time when, const char* bid, const char* ask, std::uint64_t id) {
  QuoteTick one;
  one.venue = venue;
  one.product = theirs;
  one.received_at = when;
  one.bid = PriceLevel{Price::parse(bid), Quantity::whole(1)};
  one.ask = PriceLevel{Price::parse(ask), Quantity::whole(1)};
  one.update_id = id;
  return one;
}

FeedReported report(FeedEvent event, Time when, const char* stream = "") {
  FeedReported one;
  one.venue = venue;
  one.stream = stream;
  one.received_at = when;
  one.event = event;
  return one;
}

}  // namespace

TEST_CASE("A venue's final bars come out under our name, once each and in order; others are counted") {
  FeedBars feed(setting(FeedBarsFrom::venue));
  FeedBars::Out out;
  feed.take(bar(0, "100", false), at(1), out);
  CHECK(out.bars.empty());
  feed.take(bar(0, "101"), at(1), out);
  feed.take(bar(0, "101"), at(1), out);   // once more
  feed.take(bar(2, "103"), at(3), out);
  feed.take(bar(1, "102"), at(3), out);   // after a later one
  MarketBar hour = bar(3, "1");
  hour.timeframe = "1h";
  feed.take(hour, at(4), out);
  MarketBar nothing = bar(3, "1");
  nothing.low = Price{};
  feed.take(nothing, at(4), out);
  MarketBar stranger = bar(3, "1");
  stranger.product = ProductId("ETH-USDT");
  feed.take(stranger, at(4), out);
  REQUIRE(out.bars.size() == 2);
  CHECK(out.bars[0].product == ours);
  CHECK(out.bars[0].close == Price::whole(101));
  CHECK(out.bars[0].volume == Quantity::parse("2.5"));
  CHECK(out.bars[0].closed_at == at(1));
  CHECK(out.bars[1].closed_at == at(3));
  CHECK(feed.counters().bars == 2);
  CHECK(feed.counters().known == 2);
  CHECK(feed.counters().other_timeframe == 1);
  CHECK(feed.counters().without_price == 1);
  CHECK(feed.counters().records == 8);
}

TEST_CASE("What the node has already does not come again") {
  FeedBars feed(setting(FeedBarsFrom::venue));
  feed.knows(ours, at(2));
  FeedBars::Out out;
  for (int i = 0; i < 4; ++i) feed.take(bar(i, "100"), at(i + 1), out);
  REQUIRE(out.bars.size() == 2);
  CHECK(out.bars[0].closed_at == at(3));
}

TEST_CASE("Bars built of trades begin with the first whole bucket and end when the watermark passes") {
  FeedBars feed(setting(FeedBarsFrom::trades, 1'000));
  FeedBars::Out out;
  std::uint64_t id = 0;
  feed.take(trade(at(0, 30 * ns_per_s), "100", ++id), at(0, 30 * ns_per_s), out);  // its minute had begun
  feed.take(trade(at(1), "101", ++id), at(1), out);
  feed.take(trade(at(1, 59 * ns_per_s), "104", ++id), at(1, 59 * ns_per_s), out);
  feed.take(trade(at(2, ns_per_ms), "90", ++id), at(2, ns_per_ms), out);
  CHECK(out.bars.empty());                    // a trade may come a second late
  feed.pass(at(2, ns_per_s - 1), out);
  CHECK(out.bars.empty());
  feed.pass(at(2, ns_per_s), out);
  REQUIRE(out.bars.size() == 1);
  CHECK(out.bars[0].open == Price::whole(101));
  CHECK(out.bars[0].high == Price::whole(104));
  CHECK(out.bars[0].volume == Quantity::whole(1));
  CHECK(out.bars[0].opened_at == at(1));
  CHECK(feed.counters().not_whole == 1);
  feed.take(trade(at(1, 1), "1", ++id), at(2, ns_per_s), out);
  CHECK(feed.counters().late_ticks == 1);
  CHECK(out.bars.size() == 1);
  REQUIRE(out.marks.size() == 5);
  CHECK(out.marks[0].product == ours);
  CHECK(out.marks[0].source == "tape:binance");
}

TEST_CASE("Bars built again after a stop are the same: those that the node knows are left out, the next one is whole") {
  std::vector<std::pair<Message, Time>> tape;
  for (int i = 0; i < 40; ++i) {
    const Time when = at(0, i * 17 * ns_per_s);
    tape.emplace_back(trade(when, std::to_string(100 + i % 7).c_str(), i + 1), when);
  }
  const auto run = [&](std::size_t stop) {
    std::vector<BarObserved> bars;
    FeedBars::Out out;
    FeedBars first(setting(FeedBarsFrom::trades));
    for (std::size_t i = 0; i < stop; ++i) first.take(tape[i].first, tape[i].second, out);
    bars = out.bars;
    FeedBars second(setting(FeedBarsFrom::trades));
    if (!bars.empty()) second.knows(ours, bars.back().closed_at);
    const auto from = second.built_from();
    out = {};
    for (const auto& [message, when] : tape)
      if (!from || when >= *from) second.take(message, when, out);
    bars.insert(bars.end(), out.bars.begin(), out.bars.end());
    return bars;
  };
  const auto whole = run(tape.size());
  REQUIRE(whole.size() >= 9);
  for (std::size_t stop = 0; stop < tape.size(); ++stop) {
    const auto bars = run(stop);
    CAPTURE(stop);
    REQUIRE(bars.size() == whole.size());
    for (std::size_t i = 0; i < bars.size(); ++i) {
      CHECK(bars[i].closed_at == whole[i].closed_at);
      CHECK(bars[i].open == whole[i].open);
      CHECK(bars[i].low == whole[i].low);
      CHECK(bars[i].close == whole[i].close);
      CHECK(bars[i].volume == whole[i].volume);
    }
  }
}

TEST_CASE("Quotes say what the top is, and a lost or silent feed that nothing is known") {
  FeedBars feed(setting(FeedBarsFrom::quotes));
  FeedBars::Out out;
  feed.take(quote(at(0), "99", "101", 1), at(0), out);
  REQUIRE(out.tops.size() == 1);
  CHECK(out.tops[0].state == BookState::two_sided);
  CHECK(out.tops[0].mid == Price::whole(100));
  CHECK(out.tops[0].at == at(0));   // of a venue that states no time
  feed.take(report(FeedEvent::stale, at(0, 1), "depth"), at(0, 1), out);
  CHECK(out.tops.size() == 1);
  feed.take(report(FeedEvent::stale, at(0, 1), "quote"), at(0, 1), out);
  REQUIRE(out.tops.size() == 2);
  CHECK(out.tops[1].state == BookState::missing);
  feed.take(report(FeedEvent::disconnected, at(0, 2)), at(0, 2), out);
  CHECK(out.tops.back().state == BookState::missing);
  feed.take(report(FeedEvent::gap, at(0, 3), "trade"), at(0, 3), out);
  CHECK(feed.counters().gaps == 1);
  feed.take(quote(at(1), "100", "102", 2), at(1), out);
  REQUIRE(out.bars.size() == 1);
  CHECK(out.bars[0].close == Price::whole(100));
  CHECK(out.bars[0].volume == Quantity{});
}

TEST_CASE("A producer names a tape and an offset, or none") {
  const auto place = tape_place_of(tape_producer("binance", 1'234));
  REQUIRE(place);
  CHECK(place->tape == "tape:binance");
  CHECK(place->offset == 1'234);
  for (const char* other :
       {"play:bar-close", "tape:binance", "tape:binance@", "tape:binance@x", "tape:binance@1x", "cli:ada@1", ""})
    CHECK_FALSE(tape_place_of(other));
}
