#include "actors/investor/plan.hpp"

#include <algorithm>

namespace tally {
namespace {

// Counted in whole minimum units, all >= 0.
struct Source {
  SubscriptionId subscription;
  Price mark;
  bool holds = false;  // anything that could become cash
  Int128 free = 0;
  Int128 tied = 0;
  Int128 ask = 0;
};

Price mark_of(const Investor::State& state, ProductId product) {
  const auto it = state.marks.find(product);
  return it == state.marks.end() ? Price{} : it->second;
}

Int128 whole_count(Money amount, Money unit) { return std::max(amount, Money{}).units() / unit.units(); }

std::vector<Source> sources_of(const Investor::State& state, Money unit) {
  std::vector<Source> sources;
  for (const auto& [subscription, holding] : state.holdings) {
    const Price mark = mark_of(state, holding.product);
    Source source{subscription, mark};
    source.holds = holding.stake.position != Quantity{} || holding.stake.cash > Money{};
    source.free = whole_count(free_cash(holding.stake, abs(holding.stake.position), mark, holding.terms.leverage_max), unit);
    source.tied = std::max(whole_count(equity(holding.stake, mark), unit) - source.free, Int128{0});
    sources.push_back(source);
  }
  return sources;
}

Int128 take_free(std::vector<Source>& sources, Int128 left) {
  for (Source& source : sources) {
    source.ask = std::min(source.free, left);
    left -= source.ask;
  }
  return left;
}

// What it fetches when closed may differ from what it is worth, so whoever has anything is asked for all of it.
void take_everything(std::vector<Source>& sources, Int128 short_by) {
  for (Source& source : sources) source.ask = source.holds ? short_by : 0;
}

// left < total, the sum of what is tied. By cumulative sums, so that the parts add up to `left` whatever the roundings.
void take_tied(std::vector<Source>& sources, Int128 left, Int128 total) {
  Int128 before = 0;
  Int128 asked = 0;
  for (Source& source : sources) {
    before += source.tied;
    Int128 product{};
    if (__builtin_mul_overflow(left, before, &product)) decimal_text::overflow("the plan of a withdrawal");
    const Int128 upto = product / total;
    source.ask += upto - asked;
    asked = upto;
  }
}

}  // namespace

std::vector<WithdrawalRow> plan_withdrawal(const Investor::State& state, Money short_by, Money unit) {
  std::vector<Source> sources = sources_of(state, unit);
  const Int128 left = take_free(sources, whole_count(short_by, unit));
  Int128 tied = 0;
  for (const Source& source : sources) tied += source.tied;
  if (left > 0 && left >= tied) take_everything(sources, whole_count(short_by, unit));
  else if (left > 0) take_tied(sources, left, tied);
  std::vector<WithdrawalRow> rows;
  for (const Source& source : sources)
    if (source.ask > 0) rows.push_back({source.subscription, Money::from_units(source.ask * unit.units()), source.mark});
  return rows;
}

}  // namespace tally
