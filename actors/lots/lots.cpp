#include "actors/lots/lots.hpp"

namespace tally {
namespace {

// Walks the lots that `fill` closes, oldest first: visit(lot, part) with `part` signed as the lot. Returns what is left of
// the fill to open.
template <class Visit>
Quantity close_oldest(const Lots& lots, Quantity fill, Visit visit) {
  for (const Lot& lot : lots) {
    if (fill == Quantity{} || sign(fill) == sign(lot.quantity)) break;
    const Quantity part = abs(fill) < abs(lot.quantity) ? -fill : lot.quantity;
    visit(lot, part);
    fill += part;
  }
  return fill;
}

Money realized_by(const Lot& lot, Quantity part, const LotFill& fill) {
  return notional(fill.price, part, fill.multiplier) - notional(lot.price, part, fill.multiplier);
}

}  // namespace

std::vector<TradeMatch> matches_of(const Lots& lots, const LotFill& fill) {
  std::vector<TradeMatch> matches;
  close_oldest(lots, fill.quantity, [&](const Lot& lot, Quantity part) {
    matches.push_back(
        {part, lot.price, fill.price, lot.execution, fill.execution, lot.opened_at, fill.at, realized_by(lot, part, fill)});
  });
  return matches;
}

Money take(Lots& lots, const LotFill& fill) {
  Money realized;
  std::ptrdiff_t closed = 0;  // lots that are gone
  Quantity kept;              // of the last one touched
  const Quantity opening = close_oldest(lots, fill.quantity, [&](const Lot& lot, Quantity part) {
    realized += realized_by(lot, part, fill);
    kept = lot.quantity - part;
    closed += kept == Quantity{} ? 1 : 0;
  });
  lots.erase(lots.begin(), lots.begin() + closed);
  if (kept != Quantity{}) lots.front().quantity = kept;
  if (opening != Quantity{}) lots.push_back({opening, fill.price, fill.execution, fill.at});
  return realized;
}

Quantity position_of(const Lots& lots) {
  Quantity sum;
  for (const Lot& lot : lots) sum += lot.quantity;
  return sum;
}

Money cost_of(const Lots& lots, std::int64_t multiplier) {
  Money sum;
  for (const Lot& lot : lots) sum += notional(lot.price, abs(lot.quantity), multiplier);
  return sum;
}

}  // namespace tally
