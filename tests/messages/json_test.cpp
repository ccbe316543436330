#include "messages/json.hpp"

#include <boost/json/serialize.hpp>

#include "messages/json_text.hpp"
#include "tests/catch.hpp"
#include "tests/messages/random_message.hpp"

using namespace tally;
using test::same;

namespace {

std::string refusal_of(std::string_view text) {
  try {
    message_from_json_text(text);
  } catch (const JsonError& error) {
    return error.what();
  }
  return "accepted";
}

// `{"message": name, ...fields}`
std::string message_text(const std::string& name, const std::string& fields) { return R"({"message":")" + name + "\"," + fields + "}"; }

const std::string signal_fields = R"("key":"k-1","source":"trend","product":"BTC-USD","direction":1)";

}  // namespace

TEST_CASE("Every message is read back from its JSON text") {
  for (const CatalogRow& row : catalog())
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Message message = test::random_message(row, seed);
      const std::string text = boost::json::serialize(to_json(message));
      INFO(text);
      REQUIRE(same(message, message_from_json_text(text)));
      REQUIRE(boost::json::serialize(to_json(message_from_json_text(text))) == text);
    }
}

TEST_CASE("Every entry is read back from its JSON") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Entry entry = test::random_entry(seed);
    const std::string text = boost::json::serialize(to_json(entry, Symbol("acc-1")));
    INFO(text);
    REQUIRE(same(entry, entry_from_json(parse_json_text(text))));
  }
}

TEST_CASE("A signal looks as a provider writes it") {
  const Message message = message_from_json_text(message_text("SendSignal", signal_fields + R"(,"stop_loss_ratio":"0.02")"));
  const auto& signal = std::get<SendSignal>(message);
  CHECK(signal.product == ProductId("BTC-USD"));
  CHECK(signal.direction.value == 1);
  CHECK(signal.stop_loss_ratio == Ratio::parse("0.02"));
  CHECK(boost::json::serialize(to_json(message)) ==
        R"({"message":"SendSignal","schema_version":1,"key":"k-1","source":"trend","product":"BTC-USD","direction":1,"stop_loss_ratio":"0.02"})");
}

TEST_CASE("Fields with defaults may be absent") {
  CHECK_FALSE(std::get<SendSignal>(message_from_json_text(message_text("SendSignal", signal_fields))).stop_loss_ratio);
  CHECK_FALSE(std::get<WithdrawFunds>(message_from_json_text(message_text("WithdrawFunds", R"("key":"k","investor":"ada","amount":"1")"))).immediate);
  const Message changed = message_from_json_text(message_text("ChangeLimits", R"("key":"k","by":"op","limits":{"position_max":"2"})"));
  const RiskLimits& limits = std::get<ChangeLimits>(changed).limits;
  CHECK(limits.position_max == Quantity::whole(2));
  CHECK_FALSE(limits.leverage_max);
  CHECK(limits.reservation_ttl_ms == RiskLimits{}.reservation_ttl_ms);
}

TEST_CASE("What is wrong with a message is said with its path") {
  struct Row {
    std::string text;
    std::string refusal;
  };
  const auto signal = [](const std::string& fields) { return message_text("SendSignal", fields); };
  const std::string others = R"("key":"k","source":"s","product":"p",)";
  const std::string request = R"("request":1,"complete":true,"executions":[],"open_orders":[],"at":1,)";
  const Row rows[] = {
      {"", "$: not valid JSON at byte 0: incomplete JSON"},
      {"{", "$: not valid JSON at byte 1: incomplete JSON"},
      {"{} {}", "$: not valid JSON at byte 3: extra data"},
      {"[1,]", "$: not valid JSON at byte 3: syntax error"},
      {"{\"a\":NaN}", "$: not valid JSON at byte 5: syntax error"},
      {"\"\xFF\"", "$: not valid JSON at byte 1: syntax error"},
      {"17", "$: must be an object"},
      {"[]", "$: must be an object"},
      {"{}", "$.message: missing"},
      {R"({"message":1})", "$.message: must be a string"},
      {R"({"message":"Nonsense"})", "$.message: unknown message 'Nonsense'"},
      {signal(R"("schema_version":0,)" + signal_fields), "$.schema_version: must be at least 1"},
      {signal(R"("schema_version":999,)" + signal_fields), "$.schema_version: is newer than version 1, the newest known here"},
      {signal(R"("schema_version":1.0,)" + signal_fields), "$.schema_version: must be an integer"},
      {signal(R"("schema_version":70000,)" + signal_fields), "$.schema_version: integer out of range"},
      {signal(R"("key":"k","source":"s","product":"p")"), "$.direction: missing"},
      {signal(R"("source":"s","product":"p","direction":1)"), "$.key: missing"},
      {signal(signal_fields + R"(,"size":"1")"), "$.size: unknown field"},
      {signal(signal_fields + R"(,"direction":0)"), "$.direction: stands twice"},
      {signal(signal_fields + R"(,"dir\u0065ction":0)"), "$.direction: stands twice"},
      {signal(others + R"("direction":2)"), "$.direction: must be -1, 0 or 1"},
      {signal(others + R"("direction":1000)"), "$.direction: integer out of range"},
      {signal(others + R"("direction":"1")"), "$.direction: must be an integer"},
      {signal(others + R"("direction":1.5)"), "$.direction: must be an integer"},
      {signal(others + R"("direction":1e0)"), "$.direction: must be an integer"},
      {signal(others + R"("direction":true)"), "$.direction: must be an integer"},
      {signal(others + R"("direction":null)"), "$.direction: must be an integer"},
      {signal(signal_fields + R"(,"stop_loss_ratio":null)"), "$.stop_loss_ratio: must be a string"},
      {signal(signal_fields + R"(,"stop_loss_ratio":0.02)"), "$.stop_loss_ratio: must be a string"},
      {signal(signal_fields + R"(,"stop_loss_ratio":"1.2.3")"), "$.stop_loss_ratio: '1.2.3' is not a decimal number"},
      {signal(signal_fields + R"(,"stop_loss_ratio":"1e-2")"), "$.stop_loss_ratio: '1e-2' is not a decimal number"},
      {signal(signal_fields + R"(,"stop_loss_ratio":"0.0000000001")"), "$.stop_loss_ratio: '0.0000000001' has more decimals than fit exactly"},
      {signal(signal_fields + R"(,"stop_loss_ratio":"9223372037")"), "$.stop_loss_ratio: number out of range in parse"},
      {signal(R"("key":"k","source":"s","product":"BTC USD","direction":1)"),
       "$.product: name with a character outside [A-Za-z0-9._:/@-]: 'BTC USD'"},
      {signal(R"("key":"k k","source":"s","product":"p","direction":1)"),
       "$.key: id with a space or a character that is not printable ASCII"},
      {signal(R"("key":")" + std::string(56, 'k') + R"(","source":"s","product":"p","direction":1)"), "$.key: id longer than 55 characters"},
      {message_text("WithdrawFunds", R"("key":"k","investor":"i","amount":"1","immediate":1)"), "$.immediate: must be true or false"},
      {message_text("ChangeLimits", R"("key":"k","by":"o","limits":[])"), "$.limits: must be an object"},
      {message_text("ChangeLimits", R"("key":"k","by":"o","limits":{"position_max":"x"})"), "$.limits.position_max: 'x' is not a decimal number"},
      {message_text("ChangeLimits", R"("key":"k","by":"o","limits":{"positions":"1"})"), "$.limits.positions: unknown field"},
      {message_text("ChangeLimits", R"("key":"k","by":"o","limits":{"allow_short":true,"allow_short":false})"), "$.limits.allow_short: stands twice"},
      {message_text("RiskRejected", R"("batch":"p#1","rule":"R","reason":"r","intents":["s#1","s"])"),
       "$.intents[1]: 's' is no intent id, like \"sub-7#12\""},
      {message_text("RiskRejected", R"("batch":"p","rule":"R","reason":"r","intents":[])"),
       "$.batch: 'p' is no batch id, like \"BTC-USD#12\" or \"BTC-USD#w3\""},
      {message_text("RiskRejected", R"("batch":"p#1","rule":"R","reason":"r","intents":{})"), "$.intents: must be an array"},
      {message_text("VenueStateReported", request + R"("positions":[{"product":"p","quantity":"1"},{"product":"p"}])"),
       "$.positions[1].quantity: missing"},
      {message_text("DeadlineSet", R"("target":"trader/x","name":"n","at":1)"), "$.target: 'trader/x' is no entity, like \"subscription/sub-7\""},
      {message_text("DeadlineSet", R"("target":"signal/x","name":"n","at":9223372036854775808)"), "$.at: integer out of range"},
      {message_text("DeadlineSet", R"("target":"signal/x","name":"n","at":99999999999999999999)"), "$.at: must be an integer"},
      {message_text("RearmRequested", R"("key":"k","by":"o","request":-1,"reason":"")"), "$.request: integer out of range"},
      {message_text("NetOrderRequested", R"("batch":"p#1","side":"long","quantity":"1","attempt":1)"), "$.side: must be one of buy, sell"},
      {message_text("Opaque", R"("number":0,"schema_version":1,"bytes":"")"), "$.number: must be at least 1"},
      {message_text("Opaque", R"("number":9,"schema_version":1,"bytes":"0")"), "$.bytes: must be an even number of hexadecimal digits"},
      {message_text("Opaque", R"("number":9,"schema_version":1,"bytes":"0G")"), "$.bytes: must be lower-case hexadecimal digits"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(refusal_of(row.text) == row.refusal);
  }
}

TEST_CASE("Text larger than 1 MiB or deeper than 32 levels is refused before it is built") {
  const std::string at_limit = "\"" + std::string(json_text_size_max - 2, 'x') + "\"";
  CHECK(refusal_of(at_limit) == "$: must be an object");
  CHECK(refusal_of(at_limit + " ") == "$: JSON text larger than 1 MiB");
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(refusal_of(nested(json_depth_max)) == "$: must be an object");
  CHECK(refusal_of(nested(json_depth_max + 1)) == "$: not valid JSON at byte 32: too deep");
}

TEST_CASE("A path names a deep duplicate exactly") {
  CHECK(refusal_of(R"({"a":[1,{},{"b":[[],{"c":1,"d":2,"c":3}]}]})") == "$.a[2].b[1].c: stands twice");
}

TEST_CASE("A venue's bytes that are no UTF-8 are shown as replacement characters, and the JSON stays valid") {
  OrderSendReported report;
  report.text = "bad \xFF\xC3 end \xC3\xA9 \xED\xA0\x80 \xF0\x9F\x94\x91";
  const std::string text = boost::json::serialize(to_json(report));
  CHECK(std::get<OrderSendReported>(message_from_json_text(text)).text ==
        "bad \uFFFD\uFFFD end \u00e9 \uFFFD\uFFFD\uFFFD \U0001F511");
}

TEST_CASE("The JSON of an entry names what is wrong in it") {
  const auto refusal = [](std::string_view text) -> std::string {
    try {
      entry_from_json(parse_json_text(text));
    } catch (const JsonError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string head = R"({"shard":"a","offset":1,"term":1,"causation":0,"correlation":1,"at":5,"recorded_at":6,"producer":"cli:ada","events":)";
  const std::string event = R"({"stream":"none/","stream_sequence":0,"body":{"message":"CancelRequested","batch":"p#1"}})";
  CHECK(refusal(head + "[" + event + "]}") == "accepted");
  CHECK(refusal(head + "{}}") == "$.events: must be an array");
  CHECK(refusal(head + "[" + event + ",{}]}") == "$.events[1].stream: missing");
  CHECK(refusal(head + R"([{"stream":"none/","stream_sequence":0,"body":{"message":"CancelRequested","batch":1}}]})") ==
        "$.events[0].body.batch: must be a string");
  CHECK(refusal(R"({"shard":"a"})") == "$.offset: missing");
  CHECK(refusal(R"({"shard":"a","extra":1})") == "$.extra: unknown field");
}
