// How a message may change: fields appended with defaults, and an upcaster for anything else.
#include <boost/json/parse.hpp>

#include "messages/json_codec.hpp"
#include "messages/stored_codec.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

// Version 2 appended `note` and `count`, so two fields are required in JSON.
struct Grown {
  static constexpr About about{60'001, 2, Layer::system, "system.test", "id", 2};
  std::uint64_t id = 0;
  std::vector<std::uint64_t> parts;
  std::string note = "none";
  std::int64_t count = -1;
};
BOOST_DESCRIBE_STRUCT(Grown, (), (id, parts, note, count))

// Version 1 had one text "low..high" where version 3 has two numbers; version 2 lacked only `closed`.
struct Reshaped {
  static constexpr About about{60'002, 3, Layer::system, "system.test", "low"};
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool closed = true;
};
BOOST_DESCRIBE_STRUCT(Reshaped, (), (low, high, closed))

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

template <class M>
M read_version(std::uint16_t version, const std::vector<std::byte>& payload) {
  M message;
  stored::read_payload(version, payload, message);
  return message;
}

}  // namespace

template <>
struct tally::Upcaster<Reshaped> {
  static std::optional<Reshaped> read(std::uint16_t version, StoreReader& in) {
    if (version != 1) return std::nullopt;
    std::string text;
    stored::read(in, text);
    const auto dots = text.find("..");
    if (dots == std::string::npos) in.refuse("no range");
    return Reshaped{std::stoull(text.substr(0, dots)), std::stoull(text.substr(dots + 2)), false};
  }
};

TEST_CASE("Fields appended since an older version keep their defaults") {
  const auto message = read_version<Grown>(1, bytes_of({7, 2, 1, 2}));
  CHECK(message.id == 7);
  CHECK(message.parts == std::vector<std::uint64_t>{1, 2});
  CHECK(message.note == "none");
  CHECK(message.count == -1);
}

TEST_CASE("At the current version every field must stand") {
  CHECK_THROWS_AS(read_version<Grown>(2, bytes_of({7, 2, 1, 2})), StoredError);
  CHECK_THROWS_AS(read_version<Grown>(2, bytes_of({7, 2, 1, 2, 1, 'x'})), StoredError);
  CHECK(read_version<Grown>(2, bytes_of({7, 2, 1, 2, 1, 'x', 4})).count == 2);
  CHECK_THROWS_AS(read_version<Grown>(2, bytes_of({7, 2, 1, 2, 1, 'x', 4, 0})), StoredError);
}

TEST_CASE("An older payload that ends within a field is truncated, not short") {
  CHECK_THROWS_AS(read_version<Grown>(1, bytes_of({7, 2, 1})), StoredError);
  CHECK_THROWS_AS(read_version<Grown>(1, bytes_of({7, 0, 3, 'x'})), StoredError);
}

TEST_CASE("JSON of an older version leaves appended fields at their defaults, and never a required one") {
  const auto read = [](const char* text) {
    Grown message;
    json_codec::read_members(boost::json::parse(text), JsonPath{}, message);
    return message;
  };
  CHECK(read(R"({"id":7,"parts":[1]})").note == "none");
  CHECK(read(R"({"id":7,"parts":[1],"count":4})").count == 4);
  CHECK_THROWS_WITH(read(R"({"id":7})"), "$.parts: missing");
}

TEST_CASE("An upcaster reads the version it knows and leaves the others to the rule") {
  const auto first = read_version<Reshaped>(1, bytes_of({5, '3', '.', '.', '1', '2'}));
  CHECK(first.low == 3);
  CHECK(first.high == 12);
  CHECK_FALSE(first.closed);
  const auto second = read_version<Reshaped>(2, bytes_of({3, 12}));
  CHECK(second.high == 12);
  CHECK(second.closed);
  CHECK_THROWS_AS(read_version<Reshaped>(1, bytes_of({5, '3', '.', '.', '1', '2', 0})), StoredError);
  CHECK_THROWS_AS(read_version<Reshaped>(1, bytes_of({1, '3'})), StoredError);
}
