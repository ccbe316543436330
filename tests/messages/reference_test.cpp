#include "messages/reference.hpp"

#include "messages/catalog.hpp"
#include "tests/catch.hpp"
#include "tests/messages/file.hpp"

using namespace tally;

TEST_CASE("The page docs/messages.md is what the code says today") {
  const auto page = test::read_file(TALLY_SOURCE_DIR "/docs/messages.md");
  INFO("write it anew with: tally schema --reference > docs/messages.md");
  REQUIRE(page.has_value());
  CHECK(*page == message_reference());
}

TEST_CASE("The reference has a section of every message, each once") {
  const std::string page = message_reference();
  for (const CatalogRow& row : catalog()) {
    const std::string heading = "\n### " + std::string(row.name);
    INFO(row.name);
    std::size_t count = 0;
    for (auto at = page.find(heading); at != std::string::npos; at = page.find(heading, at + 1)) {
      const char after = page[at + heading.size()];
      count += after == '\n' || after == ' ';
    }
    CHECK(count == 1);
  }
}

TEST_CASE("The seventeen events of the signal trader's list are marked") {
  const std::string page = message_reference();
  std::size_t marks = 0;
  for (auto at = page.find(" ★\n"); at != std::string::npos; at = page.find(" ★\n", at + 1)) ++marks;
  CHECK(marks == 17);
}
