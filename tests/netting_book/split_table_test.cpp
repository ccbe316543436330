// The split by itself, as `tally split` uses it.
#include "actors/netting_book/split_table.hpp"

#include <algorithm>

#include "tests/catch.hpp"

using namespace tally;

namespace {

Quantity quantity(const char* text) { return Quantity::parse(text); }

std::vector<WeightRow> rows_of(std::initializer_list<std::pair<const char*, const char*>> rows) {
  std::vector<WeightRow> result;
  for (const auto& [name, weight] : rows) result.push_back({name, quantity(weight)});
  return result;
}

std::string shown(const std::vector<Allocation>& allocations) {
  std::string text;
  for (const Allocation& row : allocations) text += row.subscription + "=" + row.quantity.text() + " ";
  return text;
}

std::string error_of(const char* q, const char* step, const std::vector<WeightRow>& rows) {
  try {
    return "none: " + shown(split_table(quantity(q), quantity(step), rows, "id"));
  } catch (const SplitError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("A quantity is split over named weights in whole steps") {
  const auto rows = rows_of({{"ada", "6"}, {"bob", "6"}, {"eve", "2"}});
  CHECK(shown(split_table(quantity("11"), quantity("1"), rows, "id")) == "ada=5 bob=5 eve=1 ");
  CHECK(shown(split_table(quantity("-0.011"), quantity("0.001"), rows, "id")) == "ada=-0.005 bob=-0.005 eve=-0.001 ");
  CHECK(shown(split_table(quantity("0"), quantity("1"), rows, "id")) == "ada=0 bob=0 eve=0 ");
}

TEST_CASE("Weights may be decimals and may be large; only their proportion counts") {
  const auto small = rows_of({{"ada", "0.75"}, {"bob", "0.25"}});
  const auto large = rows_of({{"ada", "9000000000"}, {"bob", "3000000000"}});
  CHECK(shown(split_table(quantity("8"), quantity("1"), small, "id")) == "ada=6 bob=2 ");
  CHECK(shown(split_table(quantity("8"), quantity("1"), large, "id")) == "ada=6 bob=2 ");
}

TEST_CASE("The order of the rows changes no allocation") {
  auto rows = rows_of({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}});
  const auto by_name = [](const auto& x, const auto& y) { return x.subscription < y.subscription; };
  const auto sorted = [&](std::vector<Allocation> allocations) {
    std::sort(allocations.begin(), allocations.end(), by_name);
    return shown(allocations);
  };
  const std::string listed = sorted(split_table(quantity("6"), quantity("1"), rows, "fill-1"));
  do {
    CHECK(sorted(split_table(quantity("6"), quantity("1"), rows, "fill-1")) == listed);
  } while (std::next_permutation(rows.begin(), rows.end(), by_name));
}

TEST_CASE("What cannot be split is refused in one line") {
  const auto rows = rows_of({{"ada", "6"}, {"bob", "6"}});
  CHECK(error_of("1.5", "1", rows) == "quantity 1.5 is no multiple of step 1");
  CHECK(error_of("1", "0", rows) == "the step must be greater than zero");
  CHECK(error_of("1", "-1", rows) == "the step must be greater than zero");
  CHECK(error_of("1", "1", {}) == "there are no weights");
  CHECK(error_of("1", "1", rows_of({{"ada", "0"}, {"bob", "0"}})) == "the weights add up to zero");
  CHECK(error_of("1", "1", rows_of({{"ada", "2"}, {"bob", "-1"}})) == "subscription 'bob' has a negative weight");
  CHECK(error_of("1", "1", rows_of({{"ada", "2"}, {"bob", "1"}, {"ada", "2"}})) == "subscription 'ada' is listed twice");
  CHECK(error_of("1", "1", rows_of({{"ada", "2"}, {"", "1"}})) == "row 2 names no subscription");
  const auto huge = rows_of({{"ada", "9223372036.854775807"}, {"bob", "1"}});
  CHECK(error_of("1", "1", huge) == "the weights are too large to be added up");
}
