// The split by itself: one quantity over named weights, as `tally split` prints it. The same rule and the same ties as a
// fill that is divided over the subscriptions of a fresh batch.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "messages/decimal.hpp"

namespace tally {

// What cannot be split, in one line for a person.
struct SplitError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct WeightRow {
  std::string subscription;
  Quantity weight;          // >= 0
};

struct Allocation {
  std::string subscription;
  Quantity quantity;
};

// `quantity` (negative: a sale) is a multiple of `step`; the allocations are too, stand in the order of `rows` and add up
// to it exactly. `id` is the batch that ties are drawn for. The order of `rows` changes no allocation.
// Throws SplitError on a step that is not positive or does not divide the quantity, no rows, a subscription without name or
// named twice, a negative weight, weights that add up to zero, or to more than 64 bits hold after their common divisor.
std::vector<Allocation> split_table(Quantity quantity, Quantity step, std::span<const WeightRow> rows, std::string_view id);

}  // namespace tally
