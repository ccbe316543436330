#include "actors/market_data/depth_feed.hpp"

#include <utility>

namespace tally::market {

DepthFeed::DepthFeed(const DepthLimits& limits)
    : limits_(limits), book_(limits.levels_max), arrivals_(limits.stale_after_ns) {}

DepthFeed::Taken DepthFeed::take(const DepthUpdate& update) {
  arrivals_.see(update.received_at);
  if (update.final_update_id < update.first_update_id) return drop(counters_.malformed);
  if (state_ != FeedState::synchronized) {
    keep(update);
    return Taken::kept;
  }
  const Taken taken = follow(update);
  if (taken == Taken::gap) keep(update);
  return taken;
}

bool DepthFeed::take(const DepthSnapshot& snapshot) {
  arrivals_.see(snapshot.received_at);
  if (state_ == FeedState::synchronized && snapshot.last_update_id <= last_final_) {
    ++counters_.old_snapshots;
    return false;
  }
  ++counters_.snapshots;
  book_.clear();
  apply(BookSide::bid, snapshot.bids);
  apply(BookSide::ask, snapshot.asks);
  last_final_ = snapshot.last_update_id;
  last_at_ = snapshot.received_at;
  from_snapshot_ = true;
  state_ = FeedState::synchronized;
  count_state();
  while (!kept_.empty() && follow(kept_.front()) != Taken::gap) {
    kept_levels_ -= kept_.front().bids.size() + kept_.front().asks.size();
    kept_.pop_front();
  }
  return true;
}

void DepthFeed::restart() {
  state_ = FeedState::waiting;
  book_.clear();
  kept_.clear();
  kept_levels_ = 0;
}

MidPriceCaptured DepthFeed::mid(ProductId product, std::string source) const {
  const bool known = state_ == FeedState::synchronized && book_.bids().whole(1) && book_.asks().whole(1);
  if (known) return mid_price(book_, product, std::move(source), last_at_);
  MidPriceCaptured missing;
  missing.product = product;
  missing.source = std::move(source);
  missing.at = last_at_;
  return missing;
}

// The ladder of the sequence: old ones first, then gaps, then the one that follows.
DepthFeed::Taken DepthFeed::follow(const DepthUpdate& update) {
  const bool linked = update.previous_final_update_id.has_value();
  if (from_snapshot_) {
    // A futures update that ends exactly with the snapshot is the documented first one: the next is linked to it.
    if (update.final_update_id < last_final_ || (!linked && update.final_update_id == last_final_))
      return drop(counters_.older_than_snapshot);
  } else if (update.final_update_id <= last_final_) {
    const bool again = update.final_update_id == last_final_ && update.first_update_id == last_first_;
    return drop(again ? counters_.duplicates : counters_.out_of_order);
  }
  const bool gap = !linked          ? update.first_update_id > last_final_ + 1
                   : from_snapshot_ ? update.first_update_id > last_final_
                                    : update.previous_final_update_id != last_final_;
  if (gap) {
    ++counters_.gaps;
    state_ = FeedState::gapped;
    return Taken::gap;
  }
  if (!from_snapshot_ && !linked && update.first_update_id <= last_final_) ++counters_.overlapping;
  apply(update);
  return Taken::applied;
}

DepthFeed::Taken DepthFeed::drop(std::uint64_t& counter) {
  ++counter;
  return Taken::dropped;
}

void DepthFeed::apply(const DepthUpdate& update) {
  ++counters_.applied;
  apply(BookSide::bid, update.bids);
  apply(BookSide::ask, update.asks);
  last_first_ = update.first_update_id;
  last_final_ = update.final_update_id;
  if (last_at_ < update.received_at) last_at_ = update.received_at;  // a kept one came before its snapshot
  from_snapshot_ = false;
  count_state();
}

void DepthFeed::apply(BookSide side, const std::vector<Level>& levels) {
  Levels& own = book_.side(side);
  for (const Level& level : levels) {
    if (level.price <= Price{}) {
      ++counters_.zero_price;
    } else if (level.quantity < Quantity{}) {
      ++counters_.negative_quantity;
    } else {
      const Levels::Change change = own.set(level.price, level.quantity);
      if (change == Levels::Change::unknown) ++counters_.unknown_removed;
      if (change == Levels::Change::beyond) ++counters_.beyond_depth;
    }
  }
}

void DepthFeed::keep(const DepthUpdate& update) {
  ++counters_.kept;
  kept_levels_ += update.bids.size() + update.asks.size();
  kept_.push_back(update);
  while (kept_.size() > limits_.kept_updates_max || kept_levels_ > limits_.kept_levels_max) {
    ++counters_.kept_dropped;
    kept_levels_ -= kept_.front().bids.size() + kept_.front().asks.size();
    kept_.pop_front();
  }
}

// Of whole messages: between its levels a book may well be crossed.
void DepthFeed::count_state() {
  switch (book_.state()) {
    case BookState::two_sided: return;
    case BookState::crossed: ++counters_.crossed; return;
    case BookState::locked: ++counters_.locked; return;
    case BookState::one_sided: ++counters_.one_sided; return;
    case BookState::missing: ++counters_.empty; return;
  }
}

}  // namespace tally::market
