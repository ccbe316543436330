#include "messages/stored.hpp"

#include "messages/stored_writer.hpp"
#include "tests/catch.hpp"
#include "tests/messages/random_message.hpp"

using namespace tally;
using test::hex;
using test::same;
using test::stored;

namespace {

// What reading ends in: a value that is written as the same bytes again, or StoredError. Anything else fails the test.
bool is_accepted(const CatalogRow& row, std::span<const std::byte> payload) {
  try {
    const Message message = read_message(row.about.number, row.about.version, payload);
    const auto again = stored(message);
    REQUIRE(std::equal(again.begin(), again.end(), payload.begin(), payload.end()));
    return true;
  } catch (const StoredError&) {
    return false;
  }
}

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

}  // namespace

TEST_CASE("Every message is read back from its stored bytes, field by field") {
  for (const CatalogRow& row : catalog())
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const Message message = test::random_message(row, seed);
      const auto bytes = stored(message);
      const Message again = read_message(row.about.number, row.about.version, bytes);
      INFO(row.name << " seed " << seed << ": " << hex(bytes));
      REQUIRE(same(message, again));
      REQUIRE(stored(again) == bytes);
    }
}

TEST_CASE("Every entry is read back from its stored bytes") {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const Entry entry = test::random_entry(seed);
    const auto bytes = stored(entry);
    INFO("seed " << seed);
    REQUIRE(same(entry, read_entry(bytes)));
    REQUIRE(stored(read_entry(bytes)) == bytes);
  }
}

TEST_CASE("A payload cut at any byte is refused") {
  for (const CatalogRow& row : catalog())
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto bytes = stored(test::random_message(row, seed));
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        INFO(row.name << " seed " << seed << " cut at " << size << ": " << hex(bytes));
        REQUIRE_THROWS_AS(read_message(row.about.number, row.about.version, std::span(bytes).first(size)), StoredError);
      }
    }
}

TEST_CASE("An entry cut at any byte is refused") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto bytes = stored(test::random_entry(seed));
    for (std::size_t size = 0; size < bytes.size(); ++size)
      REQUIRE_THROWS_AS(read_entry(std::span(bytes).first(size)), StoredError);
  }
}

TEST_CASE("A byte after the end is refused") {
  for (const CatalogRow& row : catalog()) {
    auto bytes = stored(test::random_message(row, 1));
    bytes.push_back(std::byte{0});
    INFO(row.name);
    REQUIRE_THROWS_AS(read_message(row.about.number, row.about.version, bytes), StoredError);
  }
  auto entry = stored(test::random_entry(1));
  entry.push_back(std::byte{0});
  REQUIRE_THROWS_AS(read_entry(entry), StoredError);
}

TEST_CASE("A flipped bit is refused or reads as another value of the same canonical form, never worse") {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const CatalogRow& row : catalog()) {
    auto bytes = stored(test::random_message(row, 7));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      const auto mask = static_cast<std::byte>(1 << bit % 8);
      bytes[bit / 8] ^= mask;
      INFO(row.name << " bit " << bit);
      ++(is_accepted(row, bytes) ? accepted : refused);
      bytes[bit / 8] ^= mask;
    }
  }
  CHECK(accepted > 1'000);
  CHECK(refused > 1'000);
}

TEST_CASE("Each value has one stored form; any other is refused") {
  const CatalogRow& deadline = *find_type("DeadlineSet");      // target (kind, key), name, at
  const CatalogRow& closed = *find_type("VenueStateFolded");   // request, complete, positions
  struct Row {
    const char* what;
    const CatalogRow* type;
    std::vector<std::byte> bytes;
    bool accepted;
  };
  const Row rows[] = {
      {"the short form", &deadline, bytes_of({3, 0x01, 'a', 0, 0}), true},
      {"enumerator that nobody named", &deadline, bytes_of({99, 0x01, 'a', 0, 0}), false},
      {"enumerator beyond its type", &deadline, bytes_of({0x83, 0x02, 0x01, 'a', 0, 0}), false},
      {"varint with a needless last byte", &deadline, bytes_of({3, 0x01, 'a', 0x80, 0, 0}), false},
      {"long form of a short name", &deadline, bytes_of({3, 0xFF, 0, 1, 'a', 0, 0}), false},
      {"name cut beyond its predecessor", &deadline, bytes_of({3, 0x11, 'a', 0, 0}), false},
      {"name of a foreign character", &deadline, bytes_of({3, 0x01, '#', 0, 0}), false},
      {"text longer than what is left", &deadline, bytes_of({3, 0x01, 'a', 2, 0}), false},
      {"time of eleven bytes", &deadline, bytes_of({3, 0x01, 'a', 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}), false},
      {"time beyond 64 bits", &deadline, bytes_of({3, 0x01, 'a', 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2}), false},
      {"time of 64 bits", &deadline, bytes_of({3, 0x01, 'a', 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}), true},
      {"empty list", &closed, bytes_of({1, 1, 0}), true},
      {"bool of 2", &closed, bytes_of({1, 2, 0}), false},
      {"one position", &closed, bytes_of({1, 1, 1, 0, 0}), true},
      {"more positions than bytes for them", &closed, bytes_of({1, 1, 2, 0, 0, 0}), false},
      {"2^63 positions", &closed, bytes_of({1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0}), false},
      {"name coded with a character that it shares", &closed, bytes_of({1, 1, 2, 0x01, 'a', 0, 0x12, 'a', 'b', 0}), false},
      {"that name coded as it should be", &closed, bytes_of({1, 1, 2, 0x01, 'a', 0, 0x01, 'b', 0}), true},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(is_accepted(*row.type, row.bytes) == row.accepted);
  }
}

TEST_CASE("Decimals keep their extremes and refuse what is wider") {
  MarkCaptured mark;
  for (const std::int64_t units : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    mark.price = Price::from_units(units);
    REQUIRE(same(mark, read_message(1, MarkCaptured::about.version, stored(mark))));
  }
  DepositFunds deposit;
  const Int128 max = static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);
  for (const Int128 units : {max, -max - 1, Int128{1} << 62, Int128{1} << 63, Int128{1} << 64, -(Int128{1} << 125)}) {
    deposit.amount = Money::from_units(units);
    REQUIRE(same(deposit, read_message(40, DepositFunds::about.version, stored(deposit))));
  }
}

TEST_CASE("A type or version that is unknown is kept byte for byte") {
  const auto bytes = bytes_of({1, 2, 3, 0xFF});
  const auto newer = static_cast<std::uint16_t>(OrderFilled::about.version + 1);
  for (const auto& [number, version] : {std::pair<std::uint16_t, std::uint16_t>{60'000, 1}, {OrderFilled::about.number, newer}, {4, 1}}) {
    const Message message = read_message(number, version, bytes);
    const auto* opaque = std::get_if<Opaque>(&message);
    REQUIRE(opaque);
    CHECK(opaque->number == number);
    CHECK(opaque->version == version);
    CHECK(stored(message) == bytes);
    Entry entry;
    entry.events.push_back({{}, 0, message});
    CHECK(same(entry, read_entry(stored(entry))));
  }
  CHECK_THROWS_AS(read_message(0, 1, bytes), StoredError);
  CHECK_THROWS_AS(read_message(OrderFilled::about.number, 0, bytes), StoredError);
  CHECK_THROWS_AS(stored(Message{Opaque{}}), StoredError);
}

TEST_CASE("A payload of 16 MiB is stored and one byte more is refused, on both sides") {
  const std::vector<std::byte> most(payload_size_max, std::byte{1});
  CHECK(stored(Message{Opaque{60'000, 1, most}}).size() == most.size());
  CHECK_NOTHROW(read_message(60'000, 1, most));
  std::vector<std::byte> more = most;
  more.push_back(std::byte{1});
  CHECK_THROWS_AS(stored(Message{Opaque{60'000, 1, more}}), StoredError);
  CHECK_THROWS_AS(read_message(60'000, 1, more), StoredError);
  Entry entry;
  entry.events.push_back({{}, 0, Opaque{60'000, 1, more}});
  CHECK_THROWS_AS(stored(entry), StoredError);
  entry.events.assign(5, {{}, 0, Opaque{60'000, 1, most}});
  CHECK_THROWS_AS(stored(entry), StoredError);
}

TEST_CASE("What was in the output vector stays before what is appended") {
  std::vector<std::byte> out = bytes_of({1, 2});
  store_message(CancelRequested{}, out);
  CHECK(hex(out).starts_with("01 02 "));
  CHECK(out.size() == 2 + stored(CancelRequested{}).size());
}

TEST_CASE("Ten thousand ascending subscription names cost about three bytes each") {
  SignalReceived signal;
  const std::size_t without = stored(signal).size();
  for (int i = 0; i < 10'000; ++i) {
    std::string digits = std::to_string(i);
    signal.subscriptions.emplace_back("sub-" + std::string(5 - digits.size(), '0') + digits);
  }
  const auto bytes = stored(signal);
  CHECK(bytes.size() - without <= 30'000);
  CHECK(same(signal, read_message(SignalReceived::about.number, SignalReceived::about.version, bytes)));
}

TEST_CASE("The streams of an entry's events share what their names share") {
  Entry entry;
  entry.offset = 1'000'000;
  entry.causation = entry.offset - 1;
  entry.correlation = entry.offset - 1;
  const auto add = [&](int i) {
    entry.events.push_back({{EntityKind::subscription, Symbol("a-subscription-of-someone-" + std::to_string(1000 + i))}, 1, CancelRequested{}});
  };
  add(0);
  const std::size_t one = stored(entry).size();
  for (int i = 1; i < 101; ++i) add(i);
  CHECK(stored(entry).size() - one <= 100 * 11);
  CHECK(same(entry, read_entry(stored(entry))));
}
