// Memory is taken at construction, and not after.
#include <cstdlib>
#include <new>

#include "actors/indicators/spec.hpp"
#include "tests/catch.hpp"

namespace {
std::size_t taken = 0;
}

void* operator new(std::size_t size) {
  ++taken;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++taken;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

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
