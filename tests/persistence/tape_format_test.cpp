// The bytes of a tape: the page's worked example, round trips, and every flipped bit.
#include <rapidcheck.h>

#include <sstream>

#include "persistence/sha256.hpp"
#include "persistence/tape/tape_format.hpp"
#include "tests/persistence/tape_samples.hpp"

using namespace tally;
using namespace tally::samples;
using namespace tally::tape_format;

namespace {

// The bytes of the page's block "```tape NAME": what stands left of two spaces, line by line, without the spaces between.
std::string bytes_on_page(const std::string& name) {
  const std::string page = file_bytes(TALLY_SOURCE_DIR "/docs/formats/tape.md");
  const std::string opening = "```tape " + name + "\n";
  const auto begin = page.find(opening);
  REQUIRE(begin != std::string::npos);
  std::istringstream block(page.substr(begin + opening.size(), page.find("```\n", begin + opening.size()) - begin - opening.size()));
  std::string bytes;
  for (std::string line; std::getline(block, line);)
    for (const char c : line.substr(0, line.find("  ")))
      if (c != ' ') bytes += c;
  return bytes;
}

constexpr Time moment{1'760'000'000 * ns_per_s};

Bytes segment_of_the_page() {
  TradeTick trade;
  trade.venue = VenueId("binance");
  trade.product = ProductId("BTC-USDT");
  trade.at = {moment.ns - 2 * ns_per_ms};
  trade.received_at = moment;
  trade.price = Price::parse("60123.5");
  trade.size = Quantity::parse("0.02");
  trade.id = 7;
  trade.taker = Taker::buyer;
  const auto payload = bytes_of(trade);
  Bytes bytes;
  append_segment_head({1, moment}, bytes);
  append_record({1, moment, TradeTick::about.number, TradeTick::about.version, payload}, bytes);
  append_seal({1, moment, 1, moment + 3'600 * ns_per_s, true}, bytes);
  return bytes;
}

}  // namespace

TEST_CASE("The worked example of docs/formats/tape.md is what the code writes, and reads") {
  const Bytes bytes = segment_of_the_page();
  CHECK(hex(bytes) == bytes_on_page("segment"));
  REQUIRE(parse_segment_head(bytes));
  Record record;
  std::string_view why;
  const auto behind_head = std::span(bytes).subspan(segment_head_size);
  REQUIRE(parse_record(behind_head, 1, record, why) == Parsed::record);
  CHECK(std::get<TradeTick>(message_of(record)).price == Price::parse("60123.5"));
  const auto behind_record = behind_head.subspan(record.size());
  REQUIRE(parse_record(behind_record, 2, record, why) == Parsed::record);
  REQUIRE(parse_seal(record));
  CHECK(parse_seal(record)->last == 1);
  CHECK(parse_seal(record)->closed);
}

TEST_CASE("A record is read as it was written, from its own bytes only") {
  CHECK(rc::check("records come back", [] {
    const auto payload = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
    const auto offset = *rc::gen::inRange<Offset>(1, 1'000'000'000'000);
    const auto at = *rc::gen::arbitrary<std::int64_t>();
    const auto number = *rc::gen::inRange<std::uint16_t>(1, 65'535);
    Bytes bytes;
    append_record({offset, {at}, number, 3, std::as_bytes(std::span(payload))}, bytes);
    const std::size_t whole = bytes.size();
    bytes.push_back(std::byte{0xAB});  // of the next one
    Record record;
    std::string_view why;
    RC_ASSERT(parse_record(bytes, offset, record, why) == Parsed::record);
    RC_ASSERT(record.size() == whole);
    RC_ASSERT(record.at.ns == at);
    RC_ASSERT(record.number == number);
    RC_ASSERT(std::ranges::equal(record.payload, std::as_bytes(std::span(payload))));
    RC_ASSERT(parse_record(bytes, offset + 1, record, why) == Parsed::damaged);
    const auto cut = *rc::gen::inRange<std::size_t>(0, whole);
    RC_ASSERT(parse_record(std::span(bytes).first(cut), offset, record, why) == Parsed::incomplete);
  }));
}

TEST_CASE("No flipped bit of a record or a head passes") {
  Bytes bytes;
  append_record({42, moment, 200, 1, bytes_of(trade_at(42))}, bytes);
  Bytes head;
  append_segment_head({42, moment}, head);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    Record record;
    std::string_view why;
    REQUIRE(parse_record(flipped, 42, record, why) != Parsed::record);
  }
  for (std::size_t bit = 0; bit < 8 * head.size(); ++bit) {
    Bytes flipped = head;
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    REQUIRE_FALSE(parse_segment_head(flipped));
  }
}

TEST_CASE("Behind damage the next whole record is found, wherever it begins") {
  Bytes bytes(137, std::byte{0x5A});
  append_record({9, moment, 200, 1, bytes_of(trade_at(9))}, bytes);
  Record record;
  CHECK(find_record(bytes, 5, record) == 137u);
  CHECK(record.offset == 9);
  CHECK_FALSE(find_record(bytes, 10, record));
  CHECK_FALSE(find_record(std::span(bytes).first(bytes.size() - 1), 5, record));
}
