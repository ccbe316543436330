#include "actors/netting_book/settlement.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdlib>

#include "messages/assert.hpp"

namespace tally {
namespace {

// Small batches take no memory beyond the event's own.
template <class T>
using Column = boost::container::small_vector<T, 16>;

// Writes rows and what each source got together, and adds everything up.
class Rows {
 public:
  Rows(const Batch& batch, Price price) : batch_(batch), price_(price), by_source_(batch.sources.size()) {}

  void add(std::size_t member, std::int64_t lots, Money fee, std::vector<SplitRow>& rows) {
    const Member& who = batch_.members[member];
    const Quantity quantity = quantity_of(lots, batch_.lot);
    const WholeUnits change = whole_units(-notional(price_, quantity, batch_.multiplier) - fee, batch_.minimum_unit);
    rows.push_back({who.wish.intent, who.wish.investor, quantity, change.whole, fee, change.residual});
    lots_ += lots;
    fees_ += fee;
    money_ += change.whole + change.residual + fee;
    by_source_[who.source].lots += lots;
    by_source_[who.source].has_row = true;
  }

  // The law of conservation, at every step.
  void check(std::int64_t lots, Money fee) const {
    TALLY_ASSERT(lots_ == lots);
    TALLY_ASSERT(fees_ == fee);
    TALLY_ASSERT(money_ == -notional(price_, quantity_of(lots, batch_.lot), batch_.multiplier));
  }

  std::vector<SourceQuantity> sources() const {
    std::vector<SourceQuantity> result;
    result.reserve(by_source_.size());
    for (std::size_t i = 0; i < by_source_.size(); ++i)
      if (by_source_[i].has_row) result.push_back({*batch_.sources.nth(i), quantity_of(by_source_[i].lots, batch_.lot)});
    return result;
  }

 private:
  struct OfSource {
    std::int64_t lots = 0;
    bool has_row = false;
  };

  const Batch& batch_;
  Price price_;
  std::int64_t lots_ = 0;
  Money fees_;
  Money money_;
  Column<OfSource> by_source_;
};

// "cross:BTC-USD#12". Of a long product name the end is kept; a subscription knows one product only.
ExecutionId cross_execution(const BatchId& batch) {
  constexpr std::string_view prefix = "cross:";
  const std::string text = text_of(batch);
  const std::size_t room = ExecutionId::length_max - prefix.size();
  return ExecutionId(std::string(prefix) + text.substr(text.size() > room ? text.size() - room : 0));
}

}  // namespace

FillSplit split_fill(const Batch& batch, const OrderFilled& fill) {
  const std::int64_t lots = whole_lots(fill.last_quantity, batch.lot);
  TALLY_ASSERT(fill.side == batch.side);
  TALLY_ASSERT(lots > 0 && quantity_of(lots, batch.lot) == fill.last_quantity);
  TALLY_ASSERT(lots <= batch.leaves());

  const std::size_t count = batch.members.size();
  const std::int64_t sign = fill.side == Side::buy ? 1 : -1;
  Column<std::int64_t> parts(count, boost::container::default_init);
  allot(batch.shares, batch.weight, batch.given() + lots, parts);
  for (std::size_t i = 0; i < count; ++i) parts[i] -= batch.shares[i].allotted;
  Column<Money> fees(count, boost::container::default_init);
  share_out(fill.fee, parts, lots, batch.shares, fees);

  FillSplit split;
  split.batch = batch.id;
  split.order = fill.order;
  split.execution = fill.execution;
  split.price = fill.last_price;
  split.quantity = quantity_of(sign * lots, batch.lot);
  split.fee = fill.fee;
  split.multiplier = batch.multiplier;
  split.at = fill.at;
  split.rows.reserve(std::min<std::size_t>(count, static_cast<std::size_t>(lots)));
  Rows rows(batch, fill.last_price);
  for (std::size_t i = 0; i < count; ++i)
    if (parts[i] > 0) rows.add(i, sign * parts[i], fees[i], split.rows);
  rows.check(sign * lots, fill.fee);
  split.sources = rows.sources();
  return split;
}

InternalNettingSettled settle_cross(const Batch& batch, const MidPriceCaptured& mid) {
  const SideLots sides = lots_by_side(batch);
  const Side heavier = sides.heavier();
  const std::int64_t crossed = std::min(sides.buy, sides.sell);
  TALLY_ASSERT(batch.shares.empty() && crossed > 0);

  const std::vector<Share> shares = shares_of(batch, heavier);
  Column<std::int64_t> parts(shares.size(), boost::container::default_init);
  allot(shares, sides.on(heavier), crossed, parts);

  InternalNettingSettled settled;
  settled.batch = batch.id;
  settled.execution = cross_execution(batch.id);
  settled.mid = mid.mid;
  settled.mid_source = mid.source;
  settled.mid_at = mid.at;
  settled.book_hash = mid.book_hash;
  settled.crossed = quantity_of(crossed, batch.lot);
  settled.multiplier = batch.multiplier;
  Rows rows(batch, mid.mid);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const std::int64_t lots = batch.members[i].lots;
    const std::int64_t traded = !on_side(batch.members[i], heavier) ? lots : lots > 0 ? parts[i] : -parts[i];
    if (traded != 0) rows.add(i, traded, Money{}, settled.rows);
  }
  rows.check(0, Money{});
  settled.sources = rows.sources();
  return settled;
}

}  // namespace tally
