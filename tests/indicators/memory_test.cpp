// Memory is taken at construction, and not after.
#include "actors/indicators/spec.hpp"
#include "tests/catch.hpp"
#include "tests/counted_memory.hpp"

using namespace tally::indicators;

TEST_CASE("No update of any indicator takes memory") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const std::size_t before = taken;
    const auto indicator = Spec::parse(kind.name).make();
    CHECK(taken > before);
    double sum = 0;
    const std::size_t made = taken;
    for (int i = 0; i < 500; ++i) {
      const double price = 100 + i * 7 % 13;
      indicator->update({price, price + 1, price - 1, price, 10});
      for (const double value : indicator->values()) sum += value;
    }
    const std::size_t after = taken;
    CHECK(after == made);
    CHECK(sum != 0);
  }
}
