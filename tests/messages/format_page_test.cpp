#include <sstream>

#include "tests/catch.hpp"
#include "tests/messages/file.hpp"
#include "tests/messages/random_message.hpp"

using namespace tally;

namespace {

// The bytes of the page's block "```stored-bytes NAME": what stands left of two spaces, line by line.
std::string bytes_on_page(const std::string& name) {
  const auto page = test::read_file(TALLY_SOURCE_DIR "/docs/formats/stored-bytes.md");
  REQUIRE(page);
  const std::string opening = "```stored-bytes " + name + "\n";
  const auto begin = page->find(opening);
  REQUIRE(begin != std::string::npos);
  std::istringstream block(page->substr(begin + opening.size(), page->find("```\n", begin + opening.size()) - begin - opening.size()));
  std::string bytes;
  for (std::string line; std::getline(block, line);) bytes += (bytes.empty() ? "" : " ") + line.substr(0, line.find("  "));
  return bytes;
}

constexpr Time at{1'700'000'000'000'000'000};
const ProductId product("BTC-USD");

Entry input_of_the_page() {
  Entry entry{42, 3, 0, 42, at, at, "cli:ada", {}};
  entry.events.push_back({{}, 0, MarkCaptured{product, Price::parse("60123.5"), "sim", Time{at.ns - ns_per_s}, {}}});
  entry.events.push_back({{}, 0, SendSignal{IdempotencyKey("s-1"), SignalSourceId("trend"), product, {-1}, Ratio::parse("0.02")}});
  return entry;
}

Entry step_of_the_page() {
  Entry entry{300, 3, 299, 298, at, at + 1'500, {}, {}};
  const auto cancel = [&](const char* name, std::uint64_t number, std::uint64_t sequence) {
    entry.events.push_back({{EntityKind::subscription, Symbol(name)}, sequence, IntentCancelRequested{{SubscriptionId(name), number}, product}});
  };
  cancel("sub-7", 5, 12);
  cancel("sub-8", 1, 200);
  return entry;
}

}  // namespace

TEST_CASE("The worked examples of docs/formats/stored-bytes.md are what the code writes") {
  CHECK(test::hex(test::stored(input_of_the_page())) == bytes_on_page("input"));
  CHECK(test::hex(test::stored(step_of_the_page())) == bytes_on_page("step"));
}
