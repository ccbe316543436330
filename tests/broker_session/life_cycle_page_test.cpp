// docs/order-life-cycle.md is generated from the transition table. TALLY_WRITE_DOCS=1 writes it anew.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "actors/broker_session/order_status.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

std::string name_of(auto value) { return boost::describe::enum_to_string(value, "?"); }

void group(std::ostream& page, const char* title, bool (*belongs)(OrderStatus)) {
  page << "- " << title << ":";
  const char* between = " ";
  for (std::size_t s = 0; s < order_status_count; ++s)
    if (const auto status = static_cast<OrderStatus>(s); belongs(status)) {
      page << between << '`' << name_of(status) << '`';
      between = ", ";
    }
  page << "\n";
}

std::string life_cycle_page() {
  std::ostringstream page;
  page << "# The life cycle of an order\n\n"
          "Generated from the table in `actors/broker_session/order_status.hpp` and checked against it by a test; write it anew\n"
          "with `TALLY_WRITE_DOCS=1`. Any pair that is not listed is recorded as `ReportMismatched` `ILLEGAL_TRANSITION` and\n"
          "changes nothing. `previous` is the status before the request that was pending; while one is pending, fills and\n"
          "acknowledgements change only that.\n\n";
  group(page, "Pending a request", is_pending);
  group(page, "Closed", is_closed);
  page << "\n```mermaid\nstateDiagram-v2\n  [*] --> initialized\n";
  for (const OrderTransition& row : life_cycle::table)
    page << "  " << name_of(row.from) << " --> " << (row.to ? name_of(*row.to) : "previous") << " : " << name_of(row.on) << "\n";
  for (std::size_t s = 0; s < order_status_count; ++s)
    if (const auto status = static_cast<OrderStatus>(s); is_closed(status)) page << "  " << name_of(status) << " --> [*]\n";
  page << "```\n\n| from | change | to |\n|---|---|---|\n";
  for (const OrderTransition& row : life_cycle::table)
    page << "| " << name_of(row.from) << " | " << name_of(row.on) << " | " << (row.to ? name_of(*row.to) : "previous") << " |\n";
  return page.str();
}

}  // namespace

TEST_CASE("The page on the order life cycle shows the transition table as it is") {
  const std::string path = std::string(TALLY_SOURCE_DIR) + "/docs/order-life-cycle.md";
  if (const char* write = std::getenv("TALLY_WRITE_DOCS"); write && *write == '1') std::ofstream(path) << life_cycle_page();
  std::ifstream file(path);
  const std::string stored((std::istreambuf_iterator<char>(file)), {});
  REQUIRE(stored == life_cycle_page());
}
