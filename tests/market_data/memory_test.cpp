// A synchronized feed takes no memory, however its levels come and go.
#include "actors/market_data/depth_feed.hpp"
#include "tests/catch.hpp"
#include "tests/counted_memory.hpp"

using namespace tally;
using namespace tally::market;

TEST_CASE("No update of a synchronized feed takes memory, a full side included") {
  DepthLimits limits;
  limits.levels_max = 500;
  DepthFeed feed(limits);
  DepthSnapshot snapshot;
  snapshot.last_update_id = 1;
  feed.take(snapshot);
  DepthUpdate update;
  update.bids.resize(20);
  update.asks.resize(20);
  const std::size_t before = taken;
  std::uint64_t sum = 0;
  for (std::uint64_t id = 2; id < 5'000; ++id) {
    update.first_update_id = update.final_update_id = id;
    for (std::size_t i = 0; i < 20; ++i) {
      const auto price = static_cast<std::int64_t>((id * 37 + i * 101) % 900);
      const Quantity quantity = Quantity::whole(static_cast<std::int64_t>((id + i) % 4));
      update.bids[i] = {Price::whole(1 + price), quantity};
      update.asks[i] = {Price::whole(2'000 - price), quantity};
    }
    feed.take(update);
    sum += feed.book().hash();
  }
  const std::size_t after = taken;
  CHECK(after == before);
  CHECK(sum != 0);
  CHECK(feed.counters().applied == 4'998);
  CHECK(feed.counters().beyond_depth > 0);
}
