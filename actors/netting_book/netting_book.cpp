#include "actors/netting_book/netting_book.hpp"

#include <algorithm>

#include "actors/netting_book/settlement.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

using State = NettingBook::State;
using Lane = NettingBook::Lane;
using Output = Out<NettingBook::Events>;

namespace rule {
const RuleId filled("FILLED");
const RuleId order_canceled("ORDER_CANCELED");
const RuleId order_expired("ORDER_EXPIRED");
const RuleId mid_unavailable("MID_UNAVAILABLE");
const RuleId below_min_lot("BELOW_MIN_LOT");
const RuleId late_fill("LATE_FILL");
}  // namespace rule

const Lane& lane_of(const State& state, BatchKind kind) { return kind == BatchKind::shared ? state.shared : state.withdrawals; }

// Writes what a decision gives back. One a decision, so that numbers go on from what the state has.
class Returns {
 public:
  Returns(const State& state, Output& out) : shared_(state.shared.returns), withdrawals_(state.withdrawals.returns), out_(out) {}

  void operator()(const BatchId& batch, const RuleId& why, std::string reason, std::vector<ReturnedRow> rows) {
    std::uint64_t& last = batch.kind == BatchKind::shared ? shared_ : withdrawals_;
    if (!rows.empty()) out_(IntentsReturned{batch, why, std::move(reason), std::move(rows), ++last});
  }

 private:
  std::uint64_t shared_;
  std::uint64_t withdrawals_;
  Output& out_;
};

BatchId no_batch(const Moment& moment, BatchKind kind) { return {ProductId(moment.self), kind, 0}; }

bool mid_usable(const State& state, Time now) {
  return state.mid && state.mid->state == BookState::two_sided && state.mid->mid > Price{} &&
         now - state.mid->at <= state.mid_age_ms_max * ns_per_ms;
}

std::string why_unusable(const State& state, Time now) {
  if (!state.mid) return "no book was captured";
  if (state.mid->state == BookState::locked) return "the book is locked";
  if (state.mid->state == BookState::crossed) return "the book is crossed";
  if (state.mid->state != BookState::two_sided) return "the book has no two sides";
  if (state.mid->mid <= Price{}) return "its mid is not greater than zero";
  return "the book is " + std::to_string((now - state.mid->at) / ns_per_ms) + " ms old";
}

// ---- the end of a batch ----

// Who hears of a batch's end: those with something untraded, those that asked to cancel, withdrawals.
std::vector<ReturnedRow> rows_at_end(const Batch& batch, bool executed_whole) {
  std::vector<ReturnedRow> rows;
  for (std::size_t i = 0; i < batch.members.size(); ++i) {
    const Member& member = batch.members[i];
    const Quantity left = executed_whole ? member.wanted() - quantity_of(member.lots, batch.lot) : unfilled(batch, i);
    const bool waits = member.cancel_asked || batch.id.kind == BatchKind::withdrawal;
    if (!member.answered && (left != Quantity{} || waits)) rows.push_back({member.wish.intent, left});
  }
  return rows;
}

void finish_whole(const Batch& batch, Returns& back) {
  back(batch.id, rule::filled, "the batch was executed whole", rows_at_end(batch, true));
}

void finish_short(const State& state, const BatchId& id, const RuleId& why, std::string reason, Output& out) {
  const Batch* batch = open_batch(state, id);
  TALLY_ASSERT(batch && batch->phase == BatchPhase::ordered);
  Returns(state, out)(id, why, std::move(reason), rows_at_end(*batch, false));
}

// ---- execution ----

// Whether nobody on `side`, of whom each has `got` lots, wants the rest any more. Only openings can be cancelled.
bool all_want_it_cancelled(const Batch& batch, Side side, const auto& got) {
  for (std::size_t i = 0; i < batch.members.size(); ++i) {
    const Member& member = batch.members[i];
    const std::int64_t wanted = member.cancel_asked ? whole_lots(member.wish.close, batch.lot) : member.lots;
    if (on_side(member, side) && got(i) < std::abs(wanted)) return false;
  }
  return true;
}

bool all_want_it_cancelled(const Batch& ordered) {
  return all_want_it_cancelled(ordered, ordered.side, [&](std::size_t i) { return ordered.shares[i].allotted; });
}

// The same of an order that goes out beside the cross.
bool all_want_it_cancelled(const Batch& batch, Side side, const std::vector<SplitRow>& crossed) {
  auto row = crossed.begin();  // ascending by intent, as the members
  return all_want_it_cancelled(batch, side, [&](std::size_t i) {
    while (row != crossed.end() && row->intent < batch.members[i].wish.intent) ++row;
    const bool has_row = row != crossed.end() && row->intent == batch.members[i].wish.intent;
    return has_row ? std::abs(whole_lots(row->quantity, batch.lot)) : 0;
  });
}

// Crosses what offsets and orders the rest. Returns whether the batch is over with it.
bool cross_and_order(const State& state, const Batch& batch, Returns& back, Output& out) {
  const SideLots sides = lots_by_side(batch);
  InternalNettingSettled settled;
  if (sides.two_sided()) settled = settle_cross(batch, *state.mid);
  const bool cancelled = all_want_it_cancelled(batch, sides.heavier(), settled.rows);
  if (sides.two_sided()) out(std::move(settled));
  const std::int64_t rest = std::max(sides.buy, sides.sell) - std::min(sides.buy, sides.sell);
  if (rest > 0) {
    out(NetOrderRequested{batch.id, sides.heavier(), quantity_of(rest, batch.lot)});
    if (cancelled) out(CancelRequested{batch.id});
  } else if (sides.two_sided()) {
    finish_whole(batch, back);
  } else {
    back(batch.id, rule::below_min_lot, "what is left closes less than a lot", rows_at_end(batch, false));
  }
  return rest == 0;
}

// Whether what the batch waited for has come, or is needed no more.
bool can_go_on(const State& state, const Batch& batch, Time now) {
  return batch.phase == BatchPhase::waiting_for_mid && (mid_usable(state, now) || !lots_by_side(batch).two_sided());
}

void ask_for_mid(const Batch& batch, Time at, const Moment& moment, Output& out) {
  out(DeadlineSet{{NettingBook::kind, moment.self}, mid_deadline(batch.id), at});
}

// The wait is over: openings are given back, and of what closes only one side goes to market.
void execute_without_mid(const State& state, const Batch& batch, const Moment& moment, Output& out) {
  const std::string why = "no mid to cross at: " + why_unusable(state, moment.now);
  out(AlertTriggered{rule::mid_unavailable, Severity::warning, text_of(batch.id), why, moment.now});
  SideLots closing;
  std::vector<ReturnedRow> openings;
  for (const Member& member : batch.members) {
    const std::int64_t lots = whole_lots(member.wish.close, batch.lot);
    (lots > 0 ? closing.buy : closing.sell) += std::abs(lots);
    const Quantity back = lots == 0 ? member.wanted() : member.wish.open;
    if (back != Quantity{}) openings.push_back({member.wish.intent, back});
  }
  Returns(state, out)(batch.id, rule::mid_unavailable, why, std::move(openings));
  const Side side = closing.heavier();
  if (closing.on(side) > 0) out(NetOrderRequested{batch.id, side, quantity_of(closing.on(side), batch.lot)});
}

// ---- forming ----

// The legs of a wish, cut to whole lots: what closes comes first.
BatchRow cut_to_lots(const BatchRow& wish, Quantity lot) {
  const Quantity whole = quantity_of(whole_lots(wish.close + wish.open, lot), lot);
  BatchRow row = wish;
  row.close = abs(wish.close) < abs(whole) ? wish.close : whole;
  row.open = whole - row.close;
  return row;
}

void form(const State& state, const BatchId& id, std::vector<Member> members, const Moment& moment, Output& out) {
  TALLY_ASSERT(state.minimum_unit > Money{});
  NettingBatchFormed formed{id, moment.now, state.mark, state.mark_at, state.multiplier, {}};
  sort_by_intent(members);
  formed.rows.reserve(members.size());
  for (const Member& member : members) formed.rows.push_back(cut_to_lots(member.wish, state.lot));
  out(std::move(formed));
}

// What waits and is good for at least a lot; the rest is given back.
std::vector<Member> take_waiting(const State& state, BatchKind kind, const Moment& moment, Returns& back) {
  TALLY_ASSERT(state.lot > Quantity{});
  std::vector<Member> whole;
  std::vector<ReturnedRow> below;
  whole.reserve(lane_of(state, kind).waiting.size());
  for (const Member& member : lane_of(state, kind).waiting) {
    TALLY_ASSERT(sign(member.wish.close) * sign(member.wish.open) >= 0);
    if (whole_lots(member.wanted(), state.lot) != 0) whole.push_back(member);
    else below.push_back({member.wish.intent, member.wanted()});
  }
  std::sort(below.begin(), below.end(), [](const ReturnedRow& a, const ReturnedRow& b) { return a.intent < b.intent; });
  back(no_batch(moment, kind), rule::below_min_lot, "less than one lot", std::move(below));
  return whole;
}

void form_withdrawals(const State& state, const Moment& moment, Returns& back, Output& out) {
  if (state.withdrawals.waiting.empty()) return;
  std::uint64_t number = state.withdrawals.formed;
  for (const Member& member : take_waiting(state, BatchKind::withdrawal, moment, back))
    form(state, {ProductId(moment.self), BatchKind::withdrawal, ++number}, {member}, moment, out);
}

void form_shared(const State& state, const Moment& moment, Returns& back, Output& out) {
  std::vector<Member> members = take_waiting(state, BatchKind::shared, moment, back);
  const BatchId id{ProductId(moment.self), BatchKind::shared, state.shared.formed + 1};
  if (!members.empty()) form(state, id, std::move(members), moment, out);
}

void open_window(const State& state, const Moment& moment, Output& out) {
  const Time end = moment.now + state.netting_window_ms * ns_per_ms;
  out(DeadlineSet{{NettingBook::kind, moment.self}, window_deadline(state.windows + 1), end});
}

// ---- cancelling ----

void answer(const State& state, const BatchId& batch, const IntentId& intent, Quantity left, std::string reason, Output& out) {
  Returns(state, out)(batch, cancelled_rule(), std::move(reason), {{intent, left}});
}

bool cancel_waiting(const State& state, BatchKind kind, const IntentId& intent, const Moment& moment, Output& out) {
  for (const Member& member : lane_of(state, kind).waiting) {
    if (member.wish.intent != intent) continue;
    if (member.wish.open != Quantity{})
      answer(state, no_batch(moment, kind), intent, member.wish.open, "cancelled before it was ordered", out);
    return true;
  }
  return false;
}

// What was judged is executed as it was judged: without this wish the net order could be larger than risk has seen.
void cancel_in_batch(const State& state, const Batch& batch, std::size_t place, Output& out) {
  if (batch.phase != BatchPhase::ordered || unfilled(batch, place) != Quantity{}) return;
  answer(state, batch.id, batch.members[place].wish.intent, {}, "already executed whole", out);
}

}  // namespace

const Batch* open_batch(const State& state, const BatchId& id) {
  for (const Batch& batch : state.open)
    if (batch.id == id) return &batch;
  return nullptr;
}

const Batch* shared_batch(const State& state) {
  for (const Batch& batch : state.open)
    if (batch.id.kind == BatchKind::shared) return &batch;
  return nullptr;
}

std::string window_deadline(std::uint64_t number) { return "window:" + std::to_string(number); }
std::string mid_deadline(const BatchId& batch) { return "mid:" + text_of(batch); }

const RuleId& cancelled_rule() {
  static const RuleId cancelled("CANCELLED");
  return cancelled;
}

const RuleId& order_rejected_rule() {
  static const RuleId rejected("ORDER_REJECTED");
  return rejected;
}

void NettingBook::decide(const State& state, const RiskApproved& approved, const Moment& moment, Out<Events>& out) {
  const Batch* batch = open_batch(state, approved.batch);
  if (!batch || batch->phase != BatchPhase::judging) return;  // a retry
  const SideLots sides = lots_by_side(*batch);
  TALLY_ASSERT(quantity_of(sides.buy, batch->lot) <= approved.buy && quantity_of(sides.sell, batch->lot) <= approved.sell);
  if (sides.two_sided() && !mid_usable(state, moment.now)) return ask_for_mid(*batch, moment.now, moment, out);
  Returns back(state, out);
  cross_and_order(state, *batch, back, out);
}

// A usable mid is conclude's to take; here the wait goes on or ends.
void NettingBook::decide(const State& state, const DeadlineReached& reached, const Moment& moment, Out<Events>& out) {
  const Batch* batch = shared_batch(state);
  if (!batch || batch->phase != BatchPhase::waiting_for_mid) return;
  if (reached.name != mid_deadline(batch->id)) return;
  if (can_go_on(state, *batch, moment.now)) return;
  if (moment.now >= batch->mid_wait_ends) return execute_without_mid(state, *batch, moment, out);
  const std::int64_t quarter = std::max(state.mid_wait_ms * ns_per_ms / 4, ns_per_ms);
  ask_for_mid(*batch, std::min(moment.now + quarter, batch->mid_wait_ends), moment, out);
}

void NettingBook::decide(const State& state, const OrderFilled& fill, const Moment&, Out<Events>& out) {
  if (const Batch* batch = open_batch(state, fill.batch)) {
    FillSplit split = split_fill(*batch, fill);
    const bool whole = abs(split.quantity) == quantity_of(batch->leaves(), batch->lot);
    out(std::move(split));
    Returns back(state, out);
    if (whole) finish_whole(*batch, back);
    return;
  }
  const auto is_late = [&](const Batch& batch) { return batch.id == fill.batch; };
  const auto late = std::find_if(state.ended.begin(), state.ended.end(), is_late);
  TALLY_ASSERT(late != state.ended.end());
  FillSplit split = split_fill(*late, fill);
  std::vector<ReturnedRow> got;
  for (const SplitRow& row : split.rows) got.push_back({row.intent, {}});
  out(std::move(split));
  Returns(state, out)(late->id, rule::late_fill, "filled after its order had ended", std::move(got));
}

void NettingBook::decide(const State& state, const OrderRejected& rejected, const Moment&, Out<Events>& out) {
  const std::string cause = std::string(rejected.rule.text()) + (rejected.reason.empty() ? "" : ": " + rejected.reason);
  finish_short(state, rejected.batch, order_rejected_rule(), cause, out);
}

void NettingBook::decide(const State& state, const OrderCanceled& canceled, const Moment&, Out<Events>& out) {
  if (canceled.unfilled == Quantity{}) return;  // it was executed whole, and ended with its last fill
  finish_short(state, canceled.batch, canceled.expired ? rule::order_expired : rule::order_canceled, canceled.reason, out);
}

void NettingBook::decide(const State& state, const IntentCancelRequested& asked, const Moment& moment, Out<Events>& out) {
  for (const BatchKind kind : {BatchKind::shared, BatchKind::withdrawal})
    if (cancel_waiting(state, kind, asked.intent, moment, out)) return;
  for (const Batch& batch : state.open)
    if (const std::size_t place = place_of(batch, asked.intent); place < batch.members.size())
      return cancel_in_batch(state, batch, place, out);
  // It was over before the wish to cancel came.
  answer(state, no_batch(moment, BatchKind::shared), asked.intent, {}, "nothing of it works", out);
}

void NettingBook::conclude(const State& state, const Moment& moment, Out<Events>& out) {
  for (const Batch& ordered : state.open)
    if (ordered.phase == BatchPhase::ordered && !ordered.cancel_requested && all_want_it_cancelled(ordered))
      out(CancelRequested{ordered.id});
  const Batch* batch = shared_batch(state);
  Returns back(state, out);
  bool free = batch == nullptr;
  if (batch && can_go_on(state, *batch, moment.now)) free = cross_and_order(state, *batch, back, out);
  form_withdrawals(state, moment, back, out);
  if (state.shared.waiting.empty()) return;
  const bool gathered = state.netting_window_ms == 0 || (state.window && state.window->over);
  if (gathered && free) return form_shared(state, moment, back, out);
  if (!gathered && !state.window) open_window(state, moment, out);
}

}  // namespace tally
