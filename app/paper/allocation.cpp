#include "app/paper/allocation.hpp"

#include <algorithm>

namespace tally {
namespace {

using Units = Int128;

Units counted(Money value, Money unit) { return value <= Money{} ? 0 : value.units() / unit.units(); }

// count x part / whole, downwards; the product must fit.
Units share(Units count, Units part, Units whole) {
  Units product = 0;
  if (__builtin_mul_overflow(count, part, &product)) decimal_text::overflow("allocation");
  return product / whole;
}

}  // namespace

std::vector<AllocationRow> allocation_of(const std::vector<Allotted>& subscriptions,
                                         const std::map<SignalSourceId, Ratio>& weights, Money minimum_unit) {
  const auto weight_of = [&](SignalSourceId source) {
    const auto it = weights.find(source);
    return it == weights.end() || it->second < Ratio{} ? Ratio{} : it->second;
  };
  std::map<SignalSourceId, std::int64_t> followers;
  Money total;
  for (const Allotted& one : subscriptions) {
    if (!weights.contains(one.source)) continue;
    ++followers[one.source];
    total += one.capital;
  }
  Units all_weights = 0;
  for (const auto& [source, count] : followers) all_weights += weight_of(source).units();
  if (all_weights == 0) return {};

  const Units pool = counted(total, minimum_unit);
  const auto money = [&](Units count) { return Money::from_units(count * minimum_unit.units()); };
  std::vector<AllocationRow> rows;
  Units released = 0, lacking = 0;
  for (const Allotted& one : subscriptions) {
    if (!weights.contains(one.source)) continue;
    const Ratio weight = weight_of(one.source);
    const Units target = share(pool, weight.units(), all_weights) / followers.at(one.source);
    AllocationRow row{one.subscription, one.source, weight, one.capital, money(target), {}, {}};
    if (one.capital > row.target)
      row.release = money(std::min(counted(one.capital - row.target, minimum_unit), counted(one.free, minimum_unit)));
    else row.allot = money(counted(row.target - one.capital, minimum_unit));
    released += counted(row.release, minimum_unit);
    lacking += counted(row.allot, minimum_unit);
    rows.push_back(row);
  }
  if (lacking > released)
    for (AllocationRow& row : rows) row.allot = money(share(counted(row.allot, minimum_unit), released, lacking));
  return rows;
}

}  // namespace tally
