// What the risk authority records of what happened. Nothing here judges.
#include <algorithm>
#include <utility>

#include "actors/risk_authority/exposure.hpp"
#include "actors/risk_authority/risk_authority.hpp"

namespace tally {

namespace {

void see(RiskState& state, Time at) {
  state.seen_at = std::max(state.seen_at, at);
}

void raise_peak(RiskState& state) { state.peak = std::max(state.peak, equity(state)); }

// The day's first known moment: losses of the day count from what the account was worth before it.
void open_day(RiskState& state, Time at) {
  const std::int64_t day = at.ns / ns_per_day;
  if (day <= state.day) return;
  state.day = day;
  state.day_start = equity(state);
}

// Money that investors bring or take is no gain and no loss: the highest equity scales with it, so that the
// drawdown, a share, stays what it was.
void move_cash(RiskState& state, Money amount) {
  const Money before = equity(state);
  state.cash += amount;
  state.day_start += amount;
  const Money after = equity(state);
  state.peak = before > Money{} && after >= Money{} ? scaled(state.peak, after, before) : state.peak + amount;
  raise_peak(state);
}

void trade(RiskState& state, ProductId id, Quantity quantity, Price price, Money fee) {
  change_product(state, id, [&](ProductRisk& product) {
    product.position += quantity;
    if (product.mark == Price{}) product.mark = price;
    state.cash -= notional(price, quantity, product.multiplier) + fee;
  });
  raise_peak(state);
}

void mark(ProductRisk& product, Price price, Time at) {
  if (price == Price{} || at < product.mark_at) return;
  product.mark = price;
  product.mark_at = at;
}

template <class Key>
void add_to(boost::container::flat_map<Key, Quantity>& map, Key key, Quantity quantity) {
  const auto place = map.try_emplace(key).first;
  place->second += quantity;
  if (place->second == Quantity{}) map.erase(place);
}

void attribute(RiskState& state, ProductId id, const std::vector<SourceQuantity>& sources) {
  change_product(state, id, [&](ProductRisk& product) {
    for (const SourceQuantity& part : sources) add_to(product.sources, part.source, part.quantity);
  });
}

// Drift given to a subscription belongs to the source it trades for, which its next row tells.
void place_assigned(ProductRisk& product, const std::vector<BatchRow>& rows) {
  const auto assigned = std::exchange(product.assigned, {});
  for (const auto& [subscription, quantity] : assigned) {
    const auto row = std::ranges::lower_bound(rows, subscription, {}, [](const BatchRow& r) { return r.intent.subscription; });
    if (row != rows.end() && row->intent.subscription == subscription) add_to(product.sources, row->source, quantity);
    else product.assigned.emplace(subscription, quantity);
  }
}

// Changes the reservation of a batch, where there is one, and drops it when nothing is left of it.
template <class Change>
void change_reservation(RiskState& state, const BatchId& batch, Change&& change) {
  change_product(state, batch.product, [&](ProductRisk& product) {
    const auto place = std::ranges::find(product.reservations, batch, &Reservation::batch);
    if (place == product.reservations.end()) return;
    change(*place);
    if (place->buy == Quantity{} && place->sell == Quantity{}) product.reservations.erase(place);
  });
}

void reduce(Quantity& reserved, Quantity by) { reserved = std::max(Quantity{}, reserved - by); }

void release(RiskState& state, const BatchId& batch) {
  change_reservation(state, batch, [](Reservation& reservation) { reservation.buy = reservation.sell = {}; });
}

// A book executes one shared batch at a time: with the next one, an older approval without an order is over.
void drop_older(ProductRisk& product, const BatchId& batch) {
  if (batch.kind != BatchKind::shared) return;
  std::erase_if(product.reservations, [&](const Reservation& reservation) {
    return reservation.batch.kind == BatchKind::shared && reservation.batch.number < batch.number && !reservation.commanded;
  });
}

// Whether this is the batch's first verdict.
bool record_verdict(ProductRisk& product, const BatchId& batch) {
  std::uint64_t& last = batch.kind == BatchKind::shared ? product.judged_shared : product.judged_withdrawal;
  return std::exchange(last, std::max(last, batch.number)) < batch.number;
}

// OrderRejected carries no time; it is no older than the newest moment known when it comes.
void count_rejection(RiskState& state) {
  state.rejections.push_back(state.seen_at);
  const auto kept = static_cast<std::size_t>(state.limits.reject_alert_count);
  if (state.rejections.size() > kept) state.rejections.erase(state.rejections.begin(), state.rejections.end() - kept);
}

}  // namespace

// ---- inputs ----
void RiskAuthority::evolve(State& state, const ProductDefined& defined) {
  change_product(state, defined.product, [&](ProductRisk& product) { product.multiplier = defined.multiplier; });
}

void RiskAuthority::evolve(State& state, const MarkCaptured& captured) {
  open_day(state, captured.at);
  change_product(state, captured.product, [&](ProductRisk& product) { mark(product, captured.price, captured.at); });
  raise_peak(state);
}

void RiskAuthority::evolve(State& state, const NettingBatchFormed& batch) {
  see(state, batch.formed_at);
  open_day(state, batch.formed_at);
  change_product(state, batch.batch.product, [&](ProductRisk& product) {
    product.multiplier = batch.multiplier;
    mark(product, batch.mark, batch.mark_at);
    if (!product.assigned.empty()) place_assigned(product, batch.rows);
    drop_older(product, batch.batch);
  });
  raise_peak(state);
}

void RiskAuthority::evolve(State& state, const FillSplit& split) { attribute(state, split.batch.product, split.sources); }

void RiskAuthority::evolve(State& state, const InternalNettingSettled& settled) {
  attribute(state, settled.batch.product, settled.sources);
  change_reservation(state, settled.batch, [&](Reservation& reservation) {
    reduce(reservation.buy, settled.crossed);
    reduce(reservation.sell, settled.crossed);
  });
}

// The other reasons are rows of fills and crosses, which move the account's cash themselves.
void RiskAuthority::evolve(State& state, const InvestorLedgerUpdated& updated) {
  const bool flows = updated.reason == LedgerReason::deposit || updated.reason == LedgerReason::withdrawal;
  if (flows) move_cash(state, updated.amount);
}

void RiskAuthority::evolve(State& state, const OrderCommanded& order) {
  see(state, order.commanded_at);
  const bool buys = order.side == Side::buy;
  const Quantity buy = buys ? order.quantity : Quantity{};
  const Quantity sell = buys ? Quantity{} : order.quantity;
  change_product(state, order.batch.product, [&](ProductRisk& product) {
    auto place = std::ranges::find(product.reservations, order.batch, &Reservation::batch);
    if (place == product.reservations.end())
      place = product.reservations.insert(place, Reservation{order.batch, {}, {}, {}, {}, {}});
    place->buy = buy;
    place->sell = sell;
    place->commanded = true;
  });
}

void RiskAuthority::evolve(State& state, const OrderFilled& fill) {
  const bool buys = fill.side == Side::buy;
  trade(state, fill.batch.product, buys ? fill.last_quantity : -fill.last_quantity, fill.last_price, fill.fee);
  change_reservation(state, fill.batch,
                     [&](Reservation& reservation) { reduce(buys ? reservation.buy : reservation.sell, fill.last_quantity); });
}

void RiskAuthority::evolve(State& state, const OrderRejected& rejected) {
  release(state, rejected.batch);
  count_rejection(state);
}

void RiskAuthority::evolve(State& state, const OrderCanceled& canceled) { release(state, canceled.batch); }

// Before an order exists what a book gives back is no longer reserved; afterwards the order's own end says so.
void RiskAuthority::evolve(State& state, const IntentsReturned& returned) {
  change_reservation(state, returned.batch, [&](Reservation& reservation) {
    if (reservation.commanded) return;
    for (const ReturnedRow& row : returned.rows)
      reduce(row.unfilled > Quantity{} ? reservation.buy : reservation.sell, abs(row.unfilled));
  });
}

void RiskAuthority::evolve(State& state, const DriftResolved& resolved) {
  if (resolved.resolution != DriftResolution::assigned) return;
  trade(state, resolved.product, resolved.quantity, resolved.price, Money{});
  const SubscriptionId taker = resolved.subscription.value_or(SubscriptionId{});
  change_product(state, resolved.product, [&](ProductRisk& product) { add_to(product.assigned, taker, resolved.quantity); });
}

void RiskAuthority::evolve(State& state, const ShardStarted& started) {
  see(state, started.at);
  state.armed = false;
}

void RiskAuthority::evolve(State& state, const ReconciliationCompleted& completed) {
  if (completed.clean) state.armed = true;
}

void RiskAuthority::evolve(State& state, const DeadlineReached& reached) {
  see(state, reached.at);
  if (reached.at == state.sweep_at) state.sweep_at = {};
}

// ---- own events ----
void RiskAuthority::evolve(State& state, const RiskApproved& approved) {
  change_product(state, approved.batch.product, [&](ProductRisk& product) {
    record_verdict(product, approved.batch);
    const bool opens = approved.expires_at != Time{};
    if (approved.buy == Quantity{} && approved.sell == Quantity{}) return;
    product.reservations.push_back({approved.batch, approved.buy, approved.sell, opens, false, approved.expires_at});
  });
}

void RiskAuthority::evolve(State& state, const RiskRejected& rejected) {
  if (record_verdict(state.products[rejected.batch.product], rejected.batch)) count_rejection(state);  // once a batch
}

void RiskAuthority::evolve(State& state, const ReservationReleased& released) { release(state, released.batch); }

void RiskAuthority::evolve(State& state, const LimitsChanged& changed) {
  state.limits = changed.limits;
  state.limits_version = changed.version;
  state.limits_key = changed.key;
}

void RiskAuthority::evolve(State& state, const TradingHalted& halted) {
  state.halts[halted.rule] = Halt{halted.key, halted.by, halted.reason};
  ++state.halt_count;
  state.rearm_pending = false;
}

void RiskAuthority::evolve(State& state, const RearmRequested& requested) {
  state.rearm_count = requested.request;
  state.rearm_pending = true;
  state.rearm_key = requested.key;
}

void RiskAuthority::evolve(State& state, const TradingRearmed& rearmed) {
  state.halts.clear();
  state.rearm_pending = false;
  state.rearm_key = rearmed.key;
}

void RiskAuthority::evolve(State& state, const AlertTriggered& alert) {
  if (alert.rule.text() == "REJECT_RATE") state.reject_alert_at = alert.at;
}

void RiskAuthority::evolve(State&, const CommandDenied&) {}

void RiskAuthority::evolve(State& state, const DeadlineSet& set) { state.sweep_at = set.at; }

}  // namespace tally
