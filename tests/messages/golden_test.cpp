#include "tests/messages/golden.hpp"

#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "messages/json.hpp"
#include "tests/catch.hpp"
#include "tests/messages/file.hpp"
#include "tests/messages/random_message.hpp"

namespace tally::test {

std::string golden_path(std::string_view name, std::uint16_t version, std::string_view extension) {
  return TALLY_SOURCE_DIR "/tests/golden/messages/" + std::string(name) + ".v" + std::to_string(version) + "." + std::string(extension);
}

std::optional<Golden> read_golden(std::string_view name, std::uint16_t version) {
  const auto bytes = read_file(golden_path(name, version, "bin"));
  const auto json = read_file(golden_path(name, version, "json"));
  if (!bytes || !json) return std::nullopt;
  return Golden{*bytes, json->substr(0, json->find('\n'))};
}

}  // namespace tally::test

using namespace tally;

namespace {

// Every optional set, every list of two: what the golden file of a new type or version shows.
Message golden_message(const CatalogRow& row) { return test::random_message(row, row.about.number, true); }

void write_if_missing(const CatalogRow& row) {
  if (test::read_golden(row.name, row.about.version)) return;
  const Message message = golden_message(row);
  const auto bytes = test::stored(message);
  test::write_file(test::golden_path(row.name, row.about.version, "bin"), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  test::write_file(test::golden_path(row.name, row.about.version, "json"), boost::json::serialize(to_json(message)) + "\n");
}

}  // namespace

TEST_CASE("Golden files of every type and every version there ever was are read, and both forms say the same") {
  const bool writes = std::getenv("TALLY_WRITE_GOLDEN") != nullptr;
  for (const CatalogRow& row : catalog()) {
    if (writes) write_if_missing(row);
    for (std::uint16_t version = 1; version <= row.about.version; ++version) {
      INFO(row.name << " version " << version << "; a new type's or version's files are written with TALLY_WRITE_GOLDEN=1");
      const auto golden = test::read_golden(row.name, version);
      REQUIRE(golden);
      const Message from_bytes = read_message(row.about.number, version, test::bytes_of(golden->bytes));
      const Message from_json = message_from_json_text(golden->json);
      CHECK(from_bytes.index() == row.alternative);
      CHECK(test::same(from_bytes, from_json));
    }
  }
}

TEST_CASE("The current version is written exactly as its golden files say") {
  for (const CatalogRow& row : catalog()) {
    const auto golden = test::read_golden(row.name, row.about.version);
    INFO(row.name);
    REQUIRE(golden);
    const Message message = read_message(row.about.number, row.about.version, test::bytes_of(golden->bytes));
    const auto bytes = test::stored(message);
    CHECK(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == golden->bytes);
    CHECK(boost::json::serialize(to_json(message)) == golden->json);
  }
}
