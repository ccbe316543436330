#include "actors/netting_book/batch.hpp"

#include <algorithm>
#include <cstdlib>

#include "messages/assert.hpp"

namespace tally {

std::int64_t whole_lots(Quantity wish, Quantity lot) { return wish.units() / lot.units(); }

Quantity quantity_of(std::int64_t lots, Quantity lot) {
  std::int64_t units = 0;
  if (__builtin_mul_overflow(lots, lot.units(), &units)) decimal_text::overflow("lots");
  return Quantity::from_units(units);
}

SideLots lots_by_side(const Batch& batch) {
  SideLots lots;
  for (const Member& member : batch.members) {
    std::int64_t& side = member.lots > 0 ? lots.buy : lots.sell;
    if (__builtin_add_overflow(side, std::abs(member.lots), &side)) decimal_text::overflow("lots of a batch");
  }
  return lots;
}

std::vector<Share> shares_of(const Batch& batch, Side side) {
  std::vector<Share> shares(batch.members.size());
  const bool alone = shares.size() == 1;  // has nobody to be tied with
  const std::string name = alone ? std::string() : text_of(batch.id);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Member& member = batch.members[i];
    if (!on_side(member, side)) continue;
    shares[i].weight = std::abs(member.lots);
    if (!alone) shares[i].tie = tie_of(name, member.wish.intent.subscription.text());
  }
  return shares;
}

void begin_execution(Batch& batch, Side side) {
  batch.phase = BatchPhase::ordered;
  batch.side = side;
  batch.shares = shares_of(batch, side);
  batch.weight = lots_by_side(batch).on(side);
}

std::int64_t traded_lots(const Batch& batch, std::size_t member) {
  const std::int64_t lots = batch.members[member].lots;
  if (batch.shares.empty() || lots == 0) return 0;
  if (!on_side(batch.members[member], batch.side)) return batch.crossed > 0 ? lots : 0;  // the lighter side crosses whole
  return lots > 0 ? batch.shares[member].allotted : -batch.shares[member].allotted;
}

Quantity unfilled(const Batch& batch, std::size_t member) {
  return batch.members[member].wanted() - quantity_of(traded_lots(batch, member), batch.lot);
}

void sort_by_intent(std::vector<Member>& members) {
  const auto before = [](const Member& a, const Member& b) { return a.wish.intent < b.wish.intent; };
  if (!std::is_sorted(members.begin(), members.end(), before)) std::sort(members.begin(), members.end(), before);
}

std::size_t place_of(const Batch& batch, const IntentId& intent) {
  const auto before = [](const Member& member, const IntentId& wanted) { return member.wish.intent < wanted; };
  const auto it = std::lower_bound(batch.members.begin(), batch.members.end(), intent, before);
  const bool found = it != batch.members.end() && it->wish.intent == intent;
  return static_cast<std::size_t>((found ? it : batch.members.end()) - batch.members.begin());
}

}  // namespace tally
