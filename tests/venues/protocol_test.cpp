// The venue's texts as messages: the documented ones exactly, and everything that is none of them refused.
#include "actors/venues/binance/protocol.hpp"

#include "tests/catch.hpp"
#include "tests/venues/market.hpp"

using namespace tally;
using namespace tally::binance;
using test::one_product;

namespace {

constexpr Time now{1'760'000'001 * ns_per_s};
const VenueId venue("binance");

template <class T>
T content_of(std::string_view text) {
  const auto products = one_product();
  const auto parsed = parse_stream(text, products, venue, now);
  REQUIRE(std::holds_alternative<Said>(parsed));
  const T content = std::get<T>(std::get<Said>(parsed).content);
  CHECK(content.venue == venue);
  CHECK(content.product == ProductId("BTC-USDT"));
  CHECK(content.received_at == now);
  return content;
}

Nothing nothing_of(std::string_view text) {
  const auto products = one_product();
  const auto parsed = parse_stream(text, products, venue, now);
  REQUIRE(std::holds_alternative<Nothing>(parsed));
  return std::get<Nothing>(parsed);
}

}  // namespace

TEST_CASE("A trade as it is documented") {
  const auto trade = content_of<TradeTick>(
      R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1672515782136,"s":"BTCUSDT","t":12345,"p":"0.00100000","q":"100.00000000","T":1672515782130,"m":true,"M":true}})");
  CHECK(trade.at.ns == 1'672'515'782'130 * ns_per_ms);
  CHECK(trade.id == 12'345);
  CHECK(trade.price == Price::parse("0.001"));
  CHECK(trade.size == Quantity::whole(100));
  CHECK(trade.taker == Taker::seller);
}

TEST_CASE("A best bid and ask as it is documented; a side without a price is not there") {
  const auto quote = content_of<QuoteTick>(
      R"({"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}})");
  CHECK(quote.update_id == 400'900'217);
  CHECK(quote.bid == PriceLevel{Price::parse("25.3519"), Quantity::parse("31.21")});
  CHECK(quote.ask == PriceLevel{Price::parse("25.3652"), Quantity::parse("40.66")});
  CHECK(quote.at == Time{});
  const auto one_sided = content_of<QuoteTick>(
      R"({"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"0.00000000","B":"0.00000000","a":"25.36520000","A":"40.66000000"}})");
  CHECK_FALSE(one_sided.bid);
  CHECK(one_sided.ask);
}

TEST_CASE("A depth update as it is documented") {
  const auto update = content_of<DepthUpdate>(
      R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["0.0024","10"]],"a":[["0.0026","100"],["0.0027","0"]]}})");
  CHECK(update.at.ns == 1'672'515'782'136 * ns_per_ms);
  CHECK(update.first_update_id == 157);
  CHECK(update.final_update_id == 160);
  CHECK_FALSE(update.previous_final_update_id);
  CHECK(update.bids == std::vector<PriceLevel>{{Price::parse("0.0024"), Quantity::whole(10)}});
  CHECK(update.asks == std::vector<PriceLevel>{{Price::parse("0.0026"), Quantity::whole(100)}, {Price::parse("0.0027"), Quantity{}}});
}

TEST_CASE("A bar as it is documented, closing behind the last millisecond that the venue names") {
  const auto bar = content_of<MarketBar>(
      R"({"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1672515782136,"s":"BTCUSDT","k":{"t":1672515780000,"T":1672515839999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}})");
  CHECK(bar.opened_at.ns == 1'672'515'780 * ns_per_s);
  CHECK(bar.closed_at.ns == 1'672'515'840 * ns_per_s);
  CHECK(bar.timeframe == "1m");
  CHECK(bar.open == Price::parse("0.001"));
  CHECK(bar.high == Price::parse("0.0025"));
  CHECK(bar.low == Price::parse("0.0015"));
  CHECK(bar.close == Price::parse("0.002"));
  CHECK(bar.volume == Quantity::whole(1'000));
  CHECK(bar.ticks == 100);
  CHECK_FALSE(bar.final);
}

TEST_CASE("A snapshot as it is documented") {
  const auto products = one_product();
  const auto snapshot =
      parse_snapshot(R"({"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]})",
                     products[0], venue, now);
  REQUIRE(snapshot);
  CHECK(snapshot->last_update_id == 1'027'024);
  CHECK(snapshot->bids == std::vector<PriceLevel>{{Price::whole(4), Quantity::whole(431)}});
  CHECK(snapshot->asks == std::vector<PriceLevel>{{Price::parse("4.000002"), Quantity::whole(12)}});
  for (const char* wrong : {"", "[]", R"({"bids":[],"asks":[]})", R"({"lastUpdateId":-1,"bids":[],"asks":[]})",
                            R"({"lastUpdateId":1,"bids":[["4.0"]],"asks":[]})", R"({"code":-1003,"msg":"Too many requests"})"})
    CHECK_FALSE(parse_snapshot(wrong, products[0], venue, now));
}

TEST_CASE("What is not asked for is unknown, what answers us is an answer, and all else is malformed") {
  CHECK(nothing_of(R"({"result":null,"id":1})") == Nothing::answer);
  CHECK(nothing_of(R"({"error":{"code":2,"msg":"Invalid request"},"id":1})") == Nothing::answer);
  CHECK(nothing_of(test::trade_text(1, "1", "ETHUSDT")) == Nothing::unknown);
  CHECK(nothing_of(R"({"stream":"btcusdt@aggTrade","data":{"s":"BTCUSDT"}})") == Nothing::unknown);
  const char* const malformed[] = {
      "", "garbage", "{", "[]", "null", "{}", R"({"stream":"btcusdt@trade"})", R"({"stream":1,"data":{}})",
      R"({"stream":"btcusdt@trade","data":[]})",
      R"({"stream":"btcusdt@trade","data":{"s":"BTCUSDT"}})",
      R"({"stream":"btcusdt","data":{"s":"BTCUSDT"}})",
      R"({"stream":"btcusdt@depth","data":{"E":1,"s":"BTCUSDT","U":1,"u":1,"b":[["1","2"],["1"]],"a":[]}})",
      R"({"stream":"btcusdt@depth","data":{"E":1,"s":"BTCUSDT","U":1,"u":1,"b":[[1,2]],"a":[]}})",
      R"({"stream":"btcusdt@depth","data":{"E":1,"s":"BTCUSDT","U":-1,"u":1,"b":[],"a":[]}})",
      R"({"stream":"btcusdt@depth","data":{"E":99999999999999999,"s":"BTCUSDT","U":1,"u":1,"b":[],"a":[]}})",
  };
  for (const char* text : malformed) {
    INFO(text);
    CHECK(nothing_of(text) == Nothing::malformed);
  }
  for (const char* price : {"1e5", "abc", "", "1.0000000001", "99999999999999", "-", "1,5", "NaN"}) {
    INFO(price);
    CHECK(nothing_of(test::trade_text(1, price)) == Nothing::malformed);
  }
  CHECK(nothing_of(std::string(50'000, '[')) == Nothing::malformed);
}

TEST_CASE("A text cut at any place is malformed") {
  const std::string whole = test::VenueBook().change();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    REQUIRE(nothing_of(std::string_view(whole).substr(0, size)) == Nothing::malformed);
  }
}

TEST_CASE("The streams asked for are the venue's names of what is wanted") {
  auto products = one_product();
  CHECK(stream_target(products) == "/stream?streams=btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker/btcusdt@kline_1m");
  ProductStreams other;
  other.product = ProductId("ETH-USDT");
  other.symbol = "ETHUSDT";
  other.depth = other.quotes = false;
  products.push_back(other);
  CHECK(stream_target(products).ends_with("/btcusdt@kline_1m/ethusdt@trade"));
  CHECK(stream_count(products) == 5);
  CHECK(snapshot_target(products[0], 1'000) == "/api/v3/depth?symbol=BTCUSDT&limit=1000");
}
