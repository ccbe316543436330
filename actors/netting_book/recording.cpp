// What the netting book records of its inputs and its own events. Nothing is judged here.
#include <algorithm>

#include "actors/netting_book/netting_book.hpp"

namespace tally {
namespace {

using State = NettingBook::State;
using Lane = NettingBook::Lane;

Lane& lane_of(State& state, BatchKind kind) { return kind == BatchKind::shared ? state.shared : state.withdrawals; }

Batch* find_open(State& state, const BatchId& id) { return const_cast<Batch*>(open_batch(state, id)); }

Batch* find_ended(State& state, const BatchId& id) {
  const auto it = std::find_if(state.ended.begin(), state.ended.end(), [&](const Batch& batch) { return batch.id == id; });
  return it == state.ended.end() ? nullptr : &*it;
}

void drop_open(State& state, const BatchId& id) {
  std::erase_if(state.open, [&](const Batch& batch) { return batch.id == id; });
}

// The order was cancelled or has expired: no longer open, but a late fill can still be divided.
void end(State& state, Batch& batch) {
  batch.phase = BatchPhase::ended;
  const BatchId id = batch.id;
  state.ended.push_back(std::move(batch));
  drop_open(state, id);
  const auto of_kind = [&](const Batch& other) { return other.id.kind == id.kind; };
  if (static_cast<std::size_t>(std::count_if(state.ended.begin(), state.ended.end(), of_kind)) > NettingBook::ended_max)
    state.ended.erase(std::find_if(state.ended.begin(), state.ended.end(), of_kind));
}

// The opening part is gone: denied or given back.
void drop_opening(Member& member, Quantity lot) {
  member.wish.open = {};
  member.lots = whole_lots(member.wish.close, lot);
}

// Members that have nothing left to wish for leave, and a batch without members is over.
void drop_finished(State& state, Batch& batch) {
  std::erase_if(batch.members, [](const Member& member) { return member.answered || member.wanted() == Quantity{}; });
  if (batch.members.empty()) drop_open(state, BatchId(batch.id));
}

// The row of an intent, or the end.
template <class Row>
auto row_of(const std::vector<Row>& rows, const IntentId& intent) {
  const auto before = [](const Row& row, const IntentId& wanted) { return row.intent < wanted; };
  const auto it = std::lower_bound(rows.begin(), rows.end(), intent, before);
  return it != rows.end() && it->intent == intent ? it : rows.end();
}

// Moves the intents that a batch lists out of the waiting ones. A shared batch takes them all.
std::vector<Member> taken_by(const NettingBatchFormed& formed, std::vector<Member>& waiting) {
  if (formed.rows.size() == waiting.size()) return std::exchange(waiting, {});
  const auto listed = [&](const Member& member) { return row_of(formed.rows, member.wish.intent) != formed.rows.end(); };
  std::vector<Member> taken;
  std::copy_if(waiting.begin(), waiting.end(), std::back_inserter(taken), listed);
  std::erase_if(waiting, listed);
  return taken;
}

void take_back_waiting(Lane& lane, const IntentsReturned& returned) {
  std::erase_if(lane.waiting, [&](Member& member) {
    const auto row = row_of(returned.rows, member.wish.intent);
    if (row == returned.rows.end()) return false;
    if (row->unfilled == member.wanted()) return true;
    member.wish.open = {};
    return false;
  });
}

void take_back_before_execution(State& state, Batch& batch, const IntentsReturned& returned) {
  for (const ReturnedRow& row : returned.rows) {
    const std::size_t place = place_of(batch, row.intent);
    if (place == batch.members.size()) continue;
    Member& member = batch.members[place];
    if (row.unfilled == member.wanted()) member.answered = true;
    else drop_opening(member, batch.lot);
  }
  drop_finished(state, batch);
}

void record_rows(Batch& batch, const std::vector<SplitRow>& rows) {
  std::size_t place = 0;
  for (const SplitRow& row : rows) {  // both ascend by intent
    while (batch.members.at(place).wish.intent != row.intent) ++place;
    if (on_side(batch.members[place], batch.side)) batch.shares[place].allotted += whole_lots(abs(row.quantity), batch.lot);
  }
}

// What stands against the order and was not crossed waits for the next batch.
void put_other_side_back(State& state, Batch& batch, Side side) {
  const Side other = side == Side::buy ? Side::sell : Side::buy;
  const auto stands_there = [&](const Member& member) { return on_side(member, other); };
  std::copy_if(batch.members.begin(), batch.members.end(), std::back_inserter(state.shared.waiting), stands_there);
  std::erase_if(batch.members, stands_there);
}

}  // namespace

// ---- inputs ----
void NettingBook::evolve(State& state, const ProductDefined& product) {
  state.lot = product.lot;
  state.multiplier = product.multiplier;
  state.minimum_unit = product.minimum_unit;
  state.netting_window_ms = product.netting_window_ms;
  state.mid_wait_ms = product.mid_wait_ms;
  state.mid_age_ms_max = product.mid_age_ms_max;
}

void NettingBook::evolve(State& state, const MarkCaptured& captured) {
  state.mark = captured.price;
  state.mark_at = captured.at;
}

void NettingBook::evolve(State& state, const MidPriceCaptured& captured) { state.mid = captured; }

void NettingBook::evolve(State& state, const IntentCreated& created) {
  Lane& lane = created.reason == IntentReason::withdrawal ? state.withdrawals : state.shared;
  lane.waiting.push_back({{created.intent, created.investor, created.source, created.close, created.open}});
}

void NettingBook::evolve(State& state, const IntentCancelRequested& asked) {
  for (Lane* lane : {&state.shared, &state.withdrawals})
    for (Member& member : lane->waiting)
      if (member.wish.intent == asked.intent) member.cancel_asked = true;
  for (Batch& batch : state.open)
    if (const std::size_t place = place_of(batch, asked.intent); place < batch.members.size())
      batch.members[place].cancel_asked = true;
}

void NettingBook::evolve(State& state, const DeadlineReached& reached) {
  if (state.window && reached.name == window_deadline(state.window->number)) state.window->over = true;
}

void NettingBook::evolve(State& state, const RiskApproved& approved) {
  Batch* batch = find_open(state, approved.batch);
  if (!batch || batch->phase != BatchPhase::judging || approved.scope != ApprovalScope::closing) return;
  for (Member& member : batch->members) drop_opening(member, batch->lot);
  drop_finished(state, *batch);
}

// The subscriptions hear the denial themselves.
void NettingBook::evolve(State& state, const RiskRejected& rejected) {
  Batch* batch = find_open(state, rejected.batch);
  if (!batch || batch->phase != BatchPhase::judging) return;
  for (const IntentId& intent : rejected.intents)
    if (const std::size_t place = place_of(*batch, intent); place < batch->members.size())
      drop_opening(batch->members[place], batch->lot);
  drop_finished(state, *batch);
}

void NettingBook::evolve(State& state, const DriftResolved& resolved) {
  if (resolved.resolution == DriftResolution::assigned) state.position += resolved.quantity;
}

// ---- own events ----
void NettingBook::evolve(State& state, const NettingBatchFormed& formed) {
  Lane& lane = lane_of(state, formed.batch.kind);
  lane.formed = formed.batch.number;
  Batch& batch = state.open.emplace_back();
  batch.id = formed.batch;
  batch.lot = state.lot;
  batch.multiplier = formed.multiplier;
  batch.minimum_unit = state.minimum_unit;
  for (const BatchRow& row : formed.rows) batch.sources.insert(row.source);
  batch.members = taken_by(formed, lane.waiting);
  sort_by_intent(batch.members);
  for (Member& member : batch.members) {
    member.lots = whole_lots(member.wanted(), batch.lot);
    member.source = static_cast<std::uint32_t>(batch.sources.index_of(batch.sources.find(member.wish.source)));
  }
  if (formed.batch.kind == BatchKind::shared) state.window.reset();
}

void NettingBook::evolve(State& state, const InternalNettingSettled& settled) {
  Batch& batch = *find_open(state, settled.batch);
  begin_execution(batch, lots_by_side(batch).heavier());
  batch.crossed = whole_lots(settled.crossed, batch.lot);
  record_rows(batch, settled.rows);
  if (batch.leaves() == 0) drop_open(state, settled.batch);
}

void NettingBook::evolve(State& state, const NetOrderRequested& requested) {
  Batch& batch = *find_open(state, requested.batch);
  if (!batch.shares.empty()) return;  // crossed first
  put_other_side_back(state, batch, requested.side);
  begin_execution(batch, requested.side);
}

void NettingBook::evolve(State& state, const CancelRequested& requested) {
  find_open(state, requested.batch)->cancel_requested = true;
}

void NettingBook::evolve(State& state, const FillSplit& split) {
  Batch* open = find_open(state, split.batch);
  Batch& batch = open ? *open : *find_ended(state, split.batch);
  record_rows(batch, split.rows);
  batch.filled += whole_lots(abs(split.quantity), batch.lot);
  state.position += split.quantity;
  if (batch.leaves() > 0) return;
  if (open) drop_open(state, split.batch);
  else std::erase_if(state.ended, [&](const Batch& other) { return other.id == split.batch; });
}

void NettingBook::evolve(State& state, const IntentsReturned& returned) {
  Lane& lane = lane_of(state, returned.batch.kind);
  lane.returns = returned.number;
  if (returned.batch.number == 0) {
    take_back_waiting(lane, returned);
    if (returned.batch.kind == BatchKind::shared && lane.waiting.empty()) state.window.reset();
    return;
  }
  Batch* batch = find_open(state, returned.batch);
  if (!batch) return;  // executed whole, and gone with its last fill
  if (batch->phase != BatchPhase::ordered) return take_back_before_execution(state, *batch, returned);
  if (returned.rule == order_rejected_rule()) return drop_open(state, returned.batch);
  if (returned.rule != cancelled_rule()) return end(state, *batch);
  for (const ReturnedRow& row : returned.rows) batch->members[place_of(*batch, row.intent)].answered = true;
}

void NettingBook::evolve(State& state, const DeadlineSet& set) {
  if (set.name == window_deadline(state.windows + 1)) {
    state.window = Window{++state.windows, false};
    return;
  }
  for (Batch& batch : state.open) {
    if (batch.phase != BatchPhase::judging && batch.phase != BatchPhase::waiting_for_mid) continue;
    if (set.name != mid_deadline(batch.id)) continue;
    // The first question is asked at once, so its moment is when the wait began.
    if (batch.phase == BatchPhase::judging) batch.mid_wait_ends = set.at + state.mid_wait_ms * ns_per_ms;
    batch.phase = BatchPhase::waiting_for_mid;
  }
}

}  // namespace tally
