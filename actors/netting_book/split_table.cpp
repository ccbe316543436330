#include "actors/netting_book/split_table.hpp"

#include <algorithm>
#include <numeric>

#include "actors/netting_book/split.hpp"

namespace tally {
namespace {

// Indices of the rows, ascending by subscription: the order that splits use everywhere.
std::vector<std::size_t> ascending(std::span<const WeightRow> rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t a, std::size_t b) { return rows[a].subscription < rows[b].subscription; };
  std::sort(order.begin(), order.end(), before);
  return order;
}

void refuse_bad_names(std::span<const WeightRow> rows, std::span<const std::size_t> order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::string& name = rows[order[i]].subscription;
    if (name.empty()) throw SplitError("row " + std::to_string(order[i] + 1) + " names no subscription");
    if (i > 0 && rows[order[i - 1]].subscription == name) throw SplitError("subscription '" + name + "' is listed twice");
  }
}

// The weights as whole numbers without a common divisor: the same proportions, and many large weights still fit.
std::vector<std::int64_t> whole_weights(std::span<const WeightRow> rows) {
  std::int64_t divisor = 0;
  for (const WeightRow& row : rows) {
    if (row.weight < Quantity{}) throw SplitError("subscription '" + row.subscription + "' has a negative weight");
    divisor = std::gcd(divisor, row.weight.units());
  }
  if (divisor == 0) throw SplitError("the weights add up to zero");
  std::vector<std::int64_t> weights;
  for (const WeightRow& row : rows) weights.push_back(row.weight.units() / divisor);
  return weights;
}

std::int64_t sum(std::span<const std::int64_t> weights) {
  std::int64_t total = 0;
  for (std::int64_t weight : weights)
    if (__builtin_add_overflow(total, weight, &total)) throw SplitError("the weights are too large to be added up");
  return total;
}

}  // namespace

std::vector<Allocation> split_table(Quantity quantity, Quantity step, std::span<const WeightRow> rows, std::string_view id) {
  if (step <= Quantity{}) throw SplitError("the step must be greater than zero");
  if (quantity.units() % step.units() != 0)
    throw SplitError("quantity " + quantity.text() + " is no multiple of step " + step.text());
  if (rows.empty()) throw SplitError("there are no weights");
  const std::vector<std::size_t> order = ascending(rows);
  refuse_bad_names(rows, order);
  const std::vector<std::int64_t> weights = whole_weights(rows);

  std::vector<Share> shares;
  for (std::size_t i : order) shares.push_back({weights[i], 0, tie_of(id, rows[i].subscription)});
  std::vector<std::int64_t> lots(rows.size());
  allot(shares, sum(weights), abs(quantity).units() / step.units(), lots);

  std::vector<Allocation> allocations(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Quantity part = Quantity::from_units(lots[i] * step.units());
    allocations[order[i]] = {rows[order[i]].subscription, quantity < Quantity{} ? -part : part};
  }
  return allocations;
}

}  // namespace tally
