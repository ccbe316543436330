// The worked example of docs/formats/journal.md, and rows that older builds wrote.
#include "messages/stored.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/wire.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::log_format;

namespace {

const Symbol shard("acct-1");

Entry example() {
  Entry entry;
  entry.offset = 1;
  entry.term = 1;
  entry.correlation = 1;
  entry.at = Time{1'760'000'000 * ns_per_s};
  entry.recorded_at = entry.at;
  entry.producer = "cli:ada";
  entry.events.push_back({{}, 0, RequestReconciliation{IdempotencyKey("k1"), "operator"}});
  return entry;
}

std::string hex_of(std::string_view text) { return hex(wire::bytes_of(text)); }

// The page with its spaces and line ends taken out: examples are broken over lines there.
std::string page() {
  std::string text = read_file(std::string(TALLY_SOURCE_DIR) + "/docs/formats/journal.md");
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

}  // namespace

TEST_CASE("The page's worked example is what is written, and is read back") {
  Bytes stored;
  store_entry(example(), stored);
  Bytes value;
  append_entry_value(shard, 1, 1, stored, value);
  LinkBuilder builder(Link{});
  builder.add(value, 1);
  const Link link = builder.finish();
  const std::string text = page();
  CHECK(text.find("key" + hex_of(view(entry_key(0, 1))) + "value" + hex(value)) != std::string::npos);
  CHECK(text.find("key" + hex_of(view(chain_key(0, 1))) + "value" + hex_of(link_value(shard, link))) != std::string::npos);
  CHECK(read_entry_value(shard, 1, wire::text_of(value))->producer == "cli:ada");
}

TEST_CASE("A key is read only as the kind it is") {
  const Key key = entry_key(7, 1'000'000'000'000);
  REQUIRE(parse_key('e', view(key)));
  CHECK(parse_key('e', view(key))->shard == 7);
  CHECK(parse_key('e', view(key))->offset == 1'000'000'000'000);
  CHECK(!parse_key('c', view(key)));
  CHECK(!parse_key('e', view(key).substr(0, 12)));
  CHECK(view(entry_key(7, 255)) < view(entry_key(7, 256)));
  CHECK(view(entry_key(7, ~Offset{0})) < view(entry_key(8, 0)));
}

TEST_CASE("A link is read only under its own key, shard and checksum") {
  Link link{5, 9, {}};
  link.digest[3] = std::byte{42};
  const std::string value = link_value(shard, link);
  REQUIRE(parse_link(shard, 9, value));
  CHECK(parse_link(shard, 9, value)->first == 5);
  CHECK(parse_link(shard, 9, value)->digest == link.digest);
  CHECK(!parse_link(shard, 8, value));
  CHECK(!parse_link(Symbol("acct-2"), 9, value));
  for (std::size_t byte = 0; byte < value.size(); ++byte) {
    std::string changed = value;
    changed[byte] = static_cast<char>(changed[byte] ^ (1 << byte % 8));
    CHECK(!parse_link(shard, 9, changed));
    CHECK(!parse_link(shard, 9, value.substr(0, byte)));
  }
}
