// Feeds where the venue is a process of its own: each node has a tape of its own, and whoever leads shows it.
#include <set>

#include "actors/strategy/intent.hpp"
#include "app/account_node.hpp"
#include "app/feeds/feed_follower.hpp"
#include "app/feeds/tape_place.hpp"
#include "app/job/bar_generator.hpp"
#include "app/strategies/strategy_runner.hpp"
#include "persistence/tape/tape_writer.hpp"
#include "tests/venue_process/venue_at_home.hpp"

using namespace tally;

namespace {

const ProductId followed("BTC-USD");

MarketBar as_seen(const BarObserved& bar) {
  MarketBar one;
  one.venue = VenueId("binance");
  one.product = ProductId("BTC-USDT");
  one.timeframe = "1m";
  one.opened_at = bar.opened_at;
  one.closed_at = bar.closed_at;
  one.received_at = bar.closed_at + 200 * ns_per_ms;
  one.open = bar.open;
  one.high = bar.high;
  one.low = bar.low;
  one.close = bar.close;
  one.volume = bar.volume;
  one.final = true;
  return one;
}

// A venue, the account's log as every node has it, and a tape a node.
struct Laptops {
  Laptops() : venue(venue_test_profile()) {
    profile = venue_test_profile();
    profile.venue_reach.address = venue.server.address();
    profile.strategies.push_back({TALLY_SOURCE_DIR "/cfg/strategies/crossing.yaml", {{"main", followed}},
                                  {{"fast", ParameterValue::whole(5)}, {"slow", ParameterValue::whole(20)}}});
    bars = job::generate_bars(job::product_of("BTC-USD"), 7, 300).bars;
  }
  std::string tape_of(const std::string& name) const { return (directory.path() / name).string(); }
  void record(const std::string& name, std::size_t from, std::size_t to, std::size_t noise) {
    TapeWriter writer(tape_of(name));
    for (std::size_t i = from; i < to; ++i) {
      MarketBar growing = as_seen(bars[i]);
      growing.final = false;
      for (std::size_t n = 0; n < noise; ++n) writer.append(growing, growing.received_at);
      writer.append(as_seen(bars[i]), as_seen(bars[i]).received_at);
    }
    writer.close();
  }
  // The node of that name leads until the venue has so many bars of the feed and its strategies judged them.
  void lead(const std::string& name, std::size_t until) {
    profile.feeds = {{"binance", tape_of(name), FeedBegin::start, 0, {{followed, ProductId("BTC-USDT"), "1m", FeedBarsFrom::venue}}}};
    AccountNode node(profile, journal, name);
    const FeedFollowers feeds = follow_feeds(node);
    REQUIRE(eventually([&] { return shown().size() == until && node.judged_up_to(venue.node.end()); }));
  }
  // What the venue recorded: closes, by whose tape.
  std::vector<std::pair<Time, std::string>> shown() const {
    std::vector<std::pair<Time, std::string>> found;
    const Symbol shard = venue.node.shard();
    for_each_entry(*venue.journal, shard, 1, venue.journal->committed(shard), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* bar = std::get_if<BarObserved>(&event.body))
          if (const auto place = tape_place_of(entry.producer)) found.emplace_back(bar->closed_at, place->tape);
    });
    return found;
  }
  std::vector<StrategyIntent> intents() const {
    std::vector<StrategyIntent> found;
    for_each_entry(*journal, Symbol("demo"), 1, journal->committed(Symbol("demo")), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* intent = std::get_if<StrategyIntent>(&event.body)) found.push_back(*intent);
    });
    return found;
  }

  TemporaryDirectory directory;
  VenueAtHome venue;
  Profile profile;
  std::vector<BarObserved> bars;
  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
};

}  // namespace

TEST_CASE("The next leader goes on in its own tape behind what the venue has: every bar once, and intents name whose tape it was") {
  Laptops laptops;
  laptops.record("a", 0, 120, 1);
  laptops.record("b", 0, 220, 3);  // other places for the same bars
  laptops.lead("a", 120);
  laptops.lead("b", 220);
  laptops.record("a", 120, 300, 1);  // it was recording all the time
  laptops.lead("a", 300);
  const auto shown = laptops.shown();
  REQUIRE(shown.size() == laptops.bars.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CHECK(shown[i].first == laptops.bars[i].closed_at);
    CHECK(shown[i].second == (i >= 120 && i < 220 ? "tape:b/binance" : "tape:a/binance"));
  }
  std::set<std::string> keys, tapes;
  const auto intents = laptops.intents();
  REQUIRE(intents.size() > 5);
  for (const StrategyIntent& intent : intents) {
    CHECK(keys.insert(std::string(strategy::signal_key_of(intent).text())).second);
    REQUIRE(intent.tape);
    tapes.insert(intent.tape->tape);
  }
  CHECK(tapes == std::set<std::string>{"tape:a/binance", "tape:b/binance"});
}

TEST_CASE("A venue that is away costs no bar: what it did not take is shown when it is back") {
  Laptops laptops;
  laptops.record("a", 0, 50, 1);
  laptops.profile.venue_reach.address = "127.0.0.1:1";  // nobody listens there
  laptops.profile.feeds = {
      {"binance", laptops.tape_of("a"), FeedBegin::start, 0, {{followed, ProductId("BTC-USDT"), "1m", FeedBarsFrom::venue}}}};
  {
    AccountNode node(laptops.profile, laptops.journal, "a");
    const FeedFollowers feeds = follow_feeds(node);
    REQUIRE(eventually([&] { return !feeds.at(0)->status().trouble.empty(); }));
    CHECK(feeds.at(0)->status().state == FeedState::waiting);
    CHECK(node.strategies()->status().at(0).version == 0);
  }
  laptops.profile.venue_reach.address = laptops.venue.server.address();
  laptops.lead("a", 50);
  CHECK(laptops.shown().size() == 50);
}
