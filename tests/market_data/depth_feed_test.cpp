// The sequence of snapshots and updates: what follows, what is dropped, what is a gap.
#include "actors/market_data/depth_feed.hpp"

#include <rapidcheck.h>

#include "tests/catch.hpp"

using namespace tally;
using namespace tally::market;
using Taken = DepthFeed::Taken;

namespace {

Price p(std::int64_t whole) { return Price::whole(whole); }
Quantity q(std::int64_t whole) { return Quantity::whole(whole); }

using Side = std::vector<Level>;

// Spot: no update names the one before.
DepthUpdate update(std::uint64_t first, std::uint64_t last, Side bids = {}, Side asks = {}) {
  DepthUpdate made;
  made.received_at = {static_cast<std::int64_t>(last) * ns_per_ms};
  made.first_update_id = first;
  made.final_update_id = last;
  made.bids = std::move(bids);
  made.asks = std::move(asks);
  return made;
}

// Futures.
DepthUpdate linked(std::uint64_t previous, std::uint64_t first, std::uint64_t last, Side bids = {}, Side asks = {}) {
  DepthUpdate made = update(first, last, std::move(bids), std::move(asks));
  made.previous_final_update_id = previous;
  return made;
}

DepthSnapshot snapshot(std::uint64_t last, Side bids = {{p(10), q(1)}}, Side asks = {{p(12), q(1)}}) {
  DepthSnapshot made;
  made.received_at = {static_cast<std::int64_t>(last) * ns_per_ms};
  made.last_update_id = last;
  made.bids = std::move(bids);
  made.asks = std::move(asks);
  return made;
}

}  // namespace

TEST_CASE("Updates wait for the snapshot; what it holds is dropped and the rest applied") {
  DepthFeed feed;
  CHECK(feed.state() == FeedState::waiting);
  CHECK(feed.take(update(1, 5, {{p(99), q(9)}})) == Taken::kept);
  CHECK(feed.take(update(6, 10, {{p(98), q(9)}})) == Taken::kept);
  CHECK(feed.take(update(11, 20, {{p(11), q(3)}})) == Taken::kept);
  CHECK(feed.book().state() == BookState::missing);
  CHECK(feed.take(snapshot(10)));
  CHECK(feed.state() == FeedState::synchronized);
  CHECK(feed.counters().older_than_snapshot == 2);
  CHECK(feed.counters().applied == 1);
  CHECK(feed.counters().kept == 3);
  CHECK(feed.last_update_id() == 20);
  CHECK(feed.book().bids().size() == 2);
  CHECK(feed.book().bids()[0] == Level{p(11), q(3)});
}

TEST_CASE("Spot: the first update after a snapshot may begin within it, and each later one begins where the last ended") {
  DepthFeed feed;
  feed.take(snapshot(10));
  CHECK(feed.take(update(8, 10)) == Taken::dropped);
  CHECK(feed.counters().older_than_snapshot == 1);
  CHECK(feed.take(update(8, 13)) == Taken::applied);
  CHECK(feed.counters().overlapping == 0);  // as it may
  CHECK(feed.take(update(14, 14)) == Taken::applied);
  CHECK(feed.take(update(16, 18)) == Taken::gap);
  CHECK(feed.state() == FeedState::gapped);
  CHECK(feed.counters().gaps == 1);
}

TEST_CASE("Spot: a first update that begins after the snapshot's end is a gap") {
  DepthFeed follows, misses;
  follows.take(snapshot(10));
  CHECK(follows.take(update(11, 12)) == Taken::applied);
  misses.take(snapshot(10));
  CHECK(misses.take(update(12, 13)) == Taken::gap);
}

TEST_CASE("Futures: the first update holds the snapshot's id, and each later one names the one before") {
  DepthFeed feed;
  feed.take(snapshot(100));
  CHECK(feed.take(linked(80, 85, 99)) == Taken::dropped);
  CHECK(feed.take(linked(99, 100, 130)) == Taken::applied);
  CHECK(feed.take(linked(130, 150, 170)) == Taken::applied);  // ids have holes
  CHECK(feed.take(linked(160, 171, 180)) == Taken::gap);
  DepthFeed exact;
  exact.take(snapshot(100));
  CHECK(exact.take(linked(80, 85, 100)) == Taken::applied);  // ends with the snapshot: the next is linked to it
  CHECK(exact.take(linked(100, 120, 130)) == Taken::applied);
  DepthFeed late;
  late.take(snapshot(100));
  CHECK(late.take(linked(100, 101, 110)) == Taken::gap);  // by the documented rule
}

TEST_CASE("After a gap the book stands still until a snapshot that the kept updates continue") {
  DepthFeed feed;
  feed.take(snapshot(10));
  feed.take(update(11, 12));
  CHECK(feed.take(update(14, 15, {{p(11), q(1)}})) == Taken::gap);
  CHECK(feed.take(update(16, 20, {{p(11), q(2)}})) == Taken::kept);
  CHECK(feed.book().bids()[0].price == p(10));
  CHECK(feed.last_update_id() == 12);
  const MidPriceCaptured unusable = feed.mid(ProductId("BTC-USD"), "test");
  CHECK(unusable.state == BookState::missing);
  CHECK(unusable.mid == Price{});

  CHECK(feed.take(snapshot(12)));  // too old: 13 is missing still
  CHECK(feed.state() == FeedState::gapped);
  CHECK(feed.counters().gaps == 2);
  CHECK(feed.take(snapshot(15)));
  CHECK(feed.state() == FeedState::synchronized);
  CHECK(feed.last_update_id() == 20);
  CHECK(feed.book().bids()[0] == Level{p(11), q(2)});
  CHECK(feed.mid(ProductId("BTC-USD"), "test").mid == Price::parse("11.5"));
  CHECK(feed.take(update(21, 22)) == Taken::applied);
}

TEST_CASE("Duplicates and updates out of order are dropped and change nothing") {
  DepthFeed feed;
  feed.take(snapshot(10));
  feed.take(update(11, 12, {{p(11), q(1)}}));
  feed.take(update(13, 15, {{p(11), q(2)}}));
  CHECK(feed.take(update(13, 15, {{p(11), q(9)}})) == Taken::dropped);
  CHECK(feed.counters().duplicates == 1);
  CHECK(feed.take(update(11, 12, {{p(11), q(9)}})) == Taken::dropped);
  CHECK(feed.take(update(12, 15, {{p(11), q(9)}})) == Taken::dropped);
  CHECK(feed.counters().out_of_order == 2);
  CHECK(feed.book().bids()[0] == Level{p(11), q(2)});
  CHECK(feed.take(update(16, 16)) == Taken::applied);
  DepthFeed futures;
  futures.take(snapshot(10));
  futures.take(linked(9, 10, 12));
  CHECK(futures.take(linked(9, 10, 12)) == Taken::dropped);
  CHECK(futures.counters().duplicates == 1);
}

TEST_CASE("A spot update that begins in what is known and leads on is applied and counted; a futures one is a gap") {
  DepthFeed feed;
  feed.take(snapshot(10));
  feed.take(update(11, 15));
  CHECK(feed.take(update(14, 18, {{p(11), q(4)}})) == Taken::applied);
  CHECK(feed.counters().overlapping == 1);
  CHECK(feed.last_update_id() == 18);
  DepthFeed futures;
  futures.take(snapshot(10));
  futures.take(linked(9, 10, 15));
  CHECK(futures.take(linked(12, 14, 18)) == Taken::gap);
}

TEST_CASE("An update that ends before it begins is dropped") {
  DepthFeed feed;
  CHECK(feed.take(update(9, 8)) == Taken::dropped);
  CHECK(feed.counters().malformed == 1);
  CHECK(feed.counters().kept == 0);
}

TEST_CASE("A snapshot that is not newer than a synchronized book is ignored; a newer one replaces it") {
  DepthFeed feed;
  feed.take(snapshot(10));
  feed.take(update(11, 20, {{p(11), q(1)}}));
  CHECK_FALSE(feed.take(snapshot(15)));
  CHECK_FALSE(feed.take(snapshot(20)));
  CHECK(feed.counters().old_snapshots == 2);
  CHECK(feed.book().bids()[0].price == p(11));
  CHECK(feed.take(snapshot(30, {{p(5), q(5)}}, {{p(6), q(6)}})));
  CHECK(feed.book().bids().size() == 1);
  CHECK(feed.take(update(21, 31)) == Taken::applied);
}

TEST_CASE("A restart forgets the ids and waits for a snapshot") {
  DepthFeed feed;
  feed.take(snapshot(1'000));
  feed.take(update(1'001, 1'002));
  feed.restart();
  CHECK(feed.state() == FeedState::waiting);
  CHECK(feed.book().state() == BookState::missing);
  CHECK(feed.take(update(4, 6)) == Taken::kept);
  CHECK(feed.take(snapshot(3)));
  CHECK(feed.last_update_id() == 6);
}

TEST_CASE("Levels that cannot be are left out and counted; the rest of their message counts") {
  DepthFeed feed;
  feed.take(snapshot(10));
  feed.take(update(11, 11, {{Price{}, q(5)}, {-p(3), q(5)}, {p(9), -q(1)}, {p(8), Quantity{}}, {p(11), q(7)}}));
  CHECK(feed.counters().zero_price == 2);
  CHECK(feed.counters().negative_quantity == 1);
  CHECK(feed.counters().unknown_removed == 1);
  CHECK(feed.book().bids().size() == 2);
  CHECK(feed.book().bids()[0] == Level{p(11), q(7)});
}

TEST_CASE("Books that are crossed, locked, one-sided or empty after a message are counted and stay as they are") {
  DepthFeed feed;
  feed.take(snapshot(10));
  feed.take(update(11, 11, {{p(13), q(1)}}));
  CHECK(feed.counters().crossed == 1);
  CHECK(feed.book().state() == BookState::crossed);
  CHECK(feed.mid(ProductId("BTC-USD"), "test").state == BookState::crossed);
  CHECK(feed.mid(ProductId("BTC-USD"), "test").mid == Price{});
  feed.take(update(12, 12, {{p(13), Quantity{}}, {p(12), q(1)}}));
  CHECK(feed.counters().locked == 1);
  feed.take(update(13, 13, {{p(12), Quantity{}}, {p(10), Quantity{}}}));
  CHECK(feed.counters().one_sided == 1);
  feed.take(update(14, 14, {}, {{p(12), Quantity{}}}));
  CHECK(feed.counters().empty == 1);
  // Crossed between the levels of one message only: nothing happened.
  feed.take(update(15, 15, {{p(20), q(1)}}, {{p(21), q(1)}}));
  feed.take(update(16, 16, {{p(25), q(1)}}, {{p(21), Quantity{}}, {p(26), q(1)}}));
  CHECK(feed.counters().crossed == 1);
}

TEST_CASE("No more updates are kept than the bounds allow: the oldest go") {
  DepthLimits limits;
  limits.kept_updates_max = 3;
  limits.kept_levels_max = 5;
  DepthFeed feed(limits);
  for (std::uint64_t i = 1; i <= 6; ++i) feed.take(update(i, i));
  CHECK(feed.counters().kept_dropped == 3);
  feed.take(update(7, 7, {{p(1), q(1)}, {p(2), q(1)}, {p(3), q(1)}}));
  feed.take(update(8, 8, {{p(1), q(2)}, {p(2), q(2)}, {p(3), q(2)}}));
  CHECK(feed.counters().kept_dropped == 7);  // six levels are too many: 7 goes, too
  CHECK(feed.take(snapshot(6)));
  CHECK(feed.state() == FeedState::gapped);
  CHECK(feed.take(snapshot(7)));
  CHECK(feed.state() == FeedState::synchronized);
  CHECK(feed.last_update_id() == 8);
}

TEST_CASE("Levels beyond the bound are dropped and counted") {
  DepthLimits limits;
  limits.levels_max = 2;
  DepthFeed feed(limits);
  feed.take(snapshot(10, {{p(10), q(1)}, {p(9), q(1)}, {p(8), q(1)}}));
  CHECK(feed.counters().beyond_depth == 1);
  CHECK(feed.book().bids().size() == 2);
  CHECK(feed.book().bids().whole(2));
  feed.take(update(11, 11, {{p(10), Quantity{}}}));
  CHECK(feed.book().bids()[0].price == p(9));
  CHECK_FALSE(feed.book().bids().whole(2));
  CHECK(feed.mid(ProductId("BTC-USD"), "test").bid == p(9));
  feed.take(update(12, 12, {{p(9), Quantity{}}, {p(7), q(1)}}));
  CHECK(feed.book().bids()[0].price == p(7));  // but 8 was dropped
  CHECK(feed.mid(ProductId("BTC-USD"), "test").state == BookState::missing);
}

TEST_CASE("Silences and times that run backwards are counted") {
  Arrivals arrivals(5 * ns_per_s);
  CHECK_FALSE(arrivals.stale({100 * ns_per_s}));  // nothing came yet
  for (const std::int64_t second : {0, 1, 1, 7, 3, 8, 20}) arrivals.see({second * ns_per_s});
  const ArrivalCounters& seen = arrivals.counters();
  CHECK(seen.messages == 7);
  CHECK(seen.same_time == 1);
  CHECK(seen.backwards == 1);
  CHECK(seen.stale_intervals == 2);
  CHECK(seen.stale_ns == 18 * ns_per_s);
  CHECK(seen.longest_silence_ns == 12 * ns_per_s);
  CHECK(arrivals.first()->ns == 0);
  CHECK(arrivals.last()->ns == 20 * ns_per_s);
  CHECK_FALSE(arrivals.stale({25 * ns_per_s}));
  CHECK(arrivals.stale({25 * ns_per_s + 1}));
}

TEST_CASE("Silences of centuries, of which a damaged recording may speak, count as the longest there is") {
  Arrivals arrivals(5 * ns_per_s);
  for (const std::int64_t ns : {INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX}) arrivals.see({ns});
  arrivals.see({INT64_MAX});
  CHECK(arrivals.counters().longest_silence_ns == INT64_MAX);
  CHECK(arrivals.counters().stale_ns == INT64_MAX);
  CHECK(arrivals.counters().stale_intervals == 1);
  CHECK(arrivals.counters().backwards == 1);
  CHECK(arrivals.counters().same_time == 2);
  CHECK_FALSE(arrivals.stale({INT64_MIN}));
}

TEST_CASE("However a history is cut into updates, repeated and lost in part, the book is the market's or says that it is not") {
  CHECK(rc::check("cuts and losses", [] {
    // The market: one change an id.
    struct Change {
      bool bid;
      Level level;
    };
    std::vector<Change> changes;
    std::vector<OrderBook> truth(1);
    const auto count = *rc::gen::inRange<std::uint64_t>(1, 80);
    for (std::uint64_t id = 1; id <= count; ++id) {
      changes.push_back({*rc::gen::inRange(0, 2) == 0,
                         {p(*rc::gen::inRange<std::int64_t>(1, 12)), q(*rc::gen::inRange<std::int64_t>(0, 3))}});
      truth.push_back(truth.back());
      const auto& [bid, level] = changes.back();
      truth.back().side(bid ? BookSide::bid : BookSide::ask).set(level.price, level.quantity);
    }
    const auto sides = [&](std::uint64_t id) {
      std::pair<Side, Side> levels;
      for (std::size_t i = 0; i < truth[id].bids().size(); ++i) levels.first.push_back(truth[id].bids()[i]);
      for (std::size_t i = 0; i < truth[id].asks().size(); ++i) levels.second.push_back(truth[id].asks()[i]);
      return levels;
    };
    const bool futures = *rc::gen::arbitrary<bool>();
    DepthFeed feed;
    std::uint64_t sent = 0, lost = 0;
    while (sent < count) {
      const auto what = *rc::gen::inRange(0, 10);
      if (what == 0) {
        auto [bids, asks] = sides(sent);
        feed.take(snapshot(sent, std::move(bids), std::move(asks)));
      }
      std::uint64_t first = sent + 1;
      const std::uint64_t previous = sent;
      if (what == 1 && sent > 0 && !futures) first -= *rc::gen::inRange<std::uint64_t>(0, sent);  // overlaps
      const std::uint64_t last = std::min(count, sent + *rc::gen::inRange<std::uint64_t>(1, 6));
      DepthUpdate made = update(first, last);
      if (futures) made.previous_final_update_id = previous;
      for (std::uint64_t id = first; id <= last; ++id)
        (changes[id - 1].bid ? made.bids : made.asks).push_back(changes[id - 1].level);
      sent = last;
      if (what == 2) ++lost;
      else feed.take(made);
      if (what == 3) feed.take(made);  // twice
      if (feed.state() != FeedState::synchronized) continue;
      const OrderBook& known = truth[feed.last_update_id()];
      RC_ASSERT(feed.book().hash() == known.hash());
      RC_ASSERT(feed.book().bids().size() == known.bids().size());
      RC_ASSERT(feed.book().asks().size() == known.asks().size());
      if (lost == 0 && !futures) RC_ASSERT(feed.counters().gaps == 0u);
    }
  }));
}
