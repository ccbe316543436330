// A book kept from a venue's snapshot and the updates after it, by the sequence rules that Binance documents for local books:
//
//   linked updates (futures): previous_final_update_id is the final_update_id before
//   contiguous ones (spot), which name no previous one: first_update_id is the final_update_id before and one
//
// What each kind of wrong input does is stated in docs/market-data.md; every one has a counter, and nothing is repaired.
//
//   waiting ──snapshot──> synchronized ──gap──> gapped ──snapshot that the kept updates continue──> synchronized
//
// Until a snapshot comes the updates are kept, at most so many; then those that it does not hold yet are applied to it. An
// update after which another must have come that did not is a gap: the book stands still, and is nobody's business, until the
// next snapshot. After a reconnect call restart(). In steady state no update takes memory.
#pragma once

#include <deque>

#include "actors/market_data/arrivals.hpp"
#include "actors/market_data/depth.hpp"
#include "actors/market_data/order_book.hpp"

namespace tally::market {

enum class FeedState : std::uint8_t { waiting, synchronized, gapped };
BOOST_DESCRIBE_ENUM(FeedState, waiting, synchronized, gapped)

struct DepthCounters {
  std::uint64_t applied = 0;              // updates that changed the book's sequence
  std::uint64_t snapshots = 0;            // taken over
  std::uint64_t old_snapshots = 0;        // not newer than a synchronized book: ignored
  std::uint64_t kept = 0;                 // updates that waited for a snapshot
  std::uint64_t kept_dropped = 0;         // the oldest of them, where they were too many
  std::uint64_t older_than_snapshot = 0;  // held by the snapshot already: dropped
  std::uint64_t gaps = 0;
  std::uint64_t duplicates = 0;           // the update before once more: dropped
  std::uint64_t out_of_order = 0;         // another one that ends no later than the book: dropped
  std::uint64_t overlapping = 0;          // begins before the book's end and leads on: applied, contiguous ones only
  std::uint64_t malformed = 0;            // ends before it begins: dropped
  std::uint64_t unknown_removed = 0;      // levels removed that were not there
  std::uint64_t zero_price = 0;           // levels with a price of zero or below: left out
  std::uint64_t negative_quantity = 0;    // levels: left out
  std::uint64_t beyond_depth = 0;         // levels dropped because a side was full
  std::uint64_t crossed = 0;              // messages that left the book so
  std::uint64_t locked = 0;
  std::uint64_t one_sided = 0;
  std::uint64_t empty = 0;
};
BOOST_DESCRIBE_STRUCT(DepthCounters, (),
                      (applied, snapshots, old_snapshots, kept, kept_dropped, older_than_snapshot, gaps, duplicates, out_of_order,
                       overlapping, malformed, unknown_removed, zero_price, negative_quantity, beyond_depth, crossed, locked,
                       one_sided, empty))

struct DepthLimits {
  std::size_t levels_max = OrderBook::levels_max_default;  // a side
  std::size_t kept_updates_max = 10'000;
  std::size_t kept_levels_max = 500'000;                   // of them together: 8 MB
  std::int64_t stale_after_ns = 5 * ns_per_s;
};

class DepthFeed {
 public:
  enum class Taken : std::uint8_t { applied, kept, dropped, gap };

  explicit DepthFeed(const DepthLimits& limits = {});

  Taken take(const DepthUpdate& update);
  // False: ignored, because the book is newer.
  bool take(const DepthSnapshot& snapshot);
  // The connection was lost: waits for a snapshot, keeping nothing. Ids may begin anew.
  void restart();

  FeedState state() const { return state_; }
  // Of a market only where synchronized; else what it was last.
  const OrderBook& book() const { return book_; }
  std::uint64_t last_update_id() const { return last_final_; }
  // The top as entities see it: missing, without prices, unless synchronized and in front of both sides' horizons.
  MidPriceCaptured mid(ProductId product, std::string source) const;

  const DepthCounters& counters() const { return counters_; }
  const Arrivals& arrivals() const { return arrivals_; }

 private:
  Taken follow(const DepthUpdate& update);
  Taken drop(std::uint64_t& counter);
  void apply(const DepthUpdate& update);
  void apply(BookSide side, const std::vector<Level>& levels);
  void keep(const DepthUpdate& update);
  void count_state();

  DepthLimits limits_;
  FeedState state_ = FeedState::waiting;
  OrderBook book_;
  std::uint64_t last_first_ = 0, last_final_ = 0;
  bool from_snapshot_ = false;  // no update has been applied to the snapshot yet
  Time last_at_;
  std::deque<DepthUpdate> kept_;
  std::size_t kept_levels_ = 0;
  DepthCounters counters_;
  Arrivals arrivals_;
};

}  // namespace tally::market
