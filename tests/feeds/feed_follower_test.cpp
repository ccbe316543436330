// A node that follows a tape decides what it decides over the same bars shown by hand; restarts, late tapes and settings
// included.
#include <chrono>
#include <thread>

#include "app/feeds/feed_follower.hpp"
#include "app/job/bar_generator.hpp"
#include "app/shard_names.hpp"
#include "persistence/tape/tape_writer.hpp"
#include "tests/app/account_story.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

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

// A journal and a tape that survive the node, as a disk would.
struct FollowedWorld {
  FollowedWorld() {
    profile = AccountStory::default_profile();
    profile.strategies.push_back({TALLY_SOURCE_DIR "/cfg/strategies/crossing.yaml", {{"main", followed}},
                                  {{"fast", ParameterValue::whole(5)}, {"slow", ParameterValue::whole(20)}}});
    profile.feeds.push_back({"binance", (directory.path() / "tape").string(), FeedBegin::start, 0,
                             {{followed, ProductId("BTC-USDT"), "1m", FeedBarsFrom::venue}}});
    bars = job::generate_bars(job::product_of("BTC-USD"), 7, 400).bars;
  }

  void start() {
    node = std::make_unique<AccountNode>(profile, journal);
    feeds = follow_feeds(*node);
  }
  void stop() {
    feeds.clear();
    node.reset();
  }
  void record(std::size_t from, std::size_t to) {
    TapeWriter writer(directory.path() / "tape");
    for (std::size_t i = from; i < to; ++i) {
      MarketBar growing = as_seen(bars[i]);
      growing.final = false;
      writer.append(growing, growing.received_at);
      writer.append(as_seen(bars[i]), as_seen(bars[i]).received_at);
    }
    writer.close();
  }
  FeedStatus status() const { return feeds.at(0)->status(); }
  // Until that many bars stand in the venue's journal and are judged; a wrong program never gets there.
  void wait_for(std::size_t count) {
    for (int i = 0; i < 6'000 && status_bars() < count; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    node->settle();
    REQUIRE(status_bars() == count);
  }
  std::size_t status_bars() const { return shown(*journal).size(); }

  static std::vector<BarObserved> shown(const Journal& of) {
    std::vector<BarObserved> found;
    for_each_entry(of, Symbol("venue/paper"), 1, of.committed(Symbol("venue/paper")), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* bar = std::get_if<BarObserved>(&event.body)) found.push_back(*bar);
    });
    return found;
  }
  static std::vector<StrategyIntent> intents(const Journal& of) {
    std::vector<StrategyIntent> found;
    for_each_entry(of, Symbol("demo"), 1, of.committed(Symbol("demo")), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* intent = std::get_if<StrategyIntent>(&event.body)) found.push_back(*intent);
    });
    return found;
  }

  TemporaryDirectory directory;
  Profile profile;
  std::vector<BarObserved> bars;
  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::unique_ptr<AccountNode> node;
  FeedFollowers feeds;
};

// The same bars by hand.
std::vector<StrategyIntent> played(const FollowedWorld& world) {
  const auto journal = std::make_shared<MemoryJournal>();
  AccountNode node(world.profile, journal);
  for (const BarObserved& bar : world.bars) {
    node.show({&bar, 1}, "test");
    node.settle();
  }
  return FollowedWorld::intents(*journal);
}

void check_same_intents(const std::vector<StrategyIntent>& is, const std::vector<StrategyIntent>& wanted) {
  REQUIRE(is.size() == wanted.size());
  for (std::size_t i = 0; i < is.size(); ++i) {
    CHECK(is[i].anchor_closed_at == wanted[i].anchor_closed_at);
    CHECK(is[i].direction == wanted[i].direction);
  }
}

}  // namespace

TEST_CASE("A node that follows a tape decides as if its bars had been shown by hand, and names the record of each decision") {
  FollowedWorld world;
  world.record(0, world.bars.size());
  world.start();
  world.wait_for(world.bars.size());
  const auto intents = FollowedWorld::intents(*world.journal);
  const auto wanted = played(world);
  REQUIRE(wanted.size() > 5);
  check_same_intents(intents, wanted);
  for (const StrategyIntent& intent : intents) {
    REQUIRE(intent.tape);
    CHECK(intent.tape->tape == "tape:binance");
    CHECK(world.bars.at(intent.tape->offset / 2 - 1).closed_at ==
          intent.anchor_closed_at);  // two records a bar, the second final
  }
  for (int i = 0; i < 1'000 && world.status().state != FeedState::live; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const FeedStatus status = world.status();
  CHECK(status.state == FeedState::live);
  CHECK(status.offset == 2 * world.bars.size());
  const BarDelay& delay = status.delays.at(followed);
  CHECK(delay.bars == world.bars.size());
  CHECK(delay.within_5s == world.bars.size());
  CHECK(delay.last_ns == 200 * ns_per_ms);   // by the recorder's clock
  CHECK(world.node->market().mark(followed)->price == world.bars.back().close);
}

TEST_CASE("A node that stops and starts while the tape grows is shown every bar once") {
  FollowedWorld world;
  world.start();                      // there is no tape yet
  CHECK(world.status().state == FeedState::waiting);
  std::size_t recorded = 0;
  for (const std::size_t end : {1, 2, 60, 61, 200, 400}) {
    world.record(recorded, end);
    if (recorded % 2 == 0) {          // sometimes while the node is down
      world.stop();
      world.start();
    }
    recorded = end;
    world.wait_for(end);
  }
  const auto shown = FollowedWorld::shown(*world.journal);
  for (std::size_t i = 0; i < shown.size(); ++i) CHECK(shown[i].closed_at == world.bars[i].closed_at);
  check_same_intents(FollowedWorld::intents(*world.journal), played(world));
}

TEST_CASE("A feed that begins now leaves out what was recorded before") {
  FollowedWorld world;
  world.profile.feeds[0].begin = FeedBegin::now;
  world.record(0, 100);
  world.start();
  for (int i = 0; i < 1'000 && world.status().state != FeedState::live; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  REQUIRE(world.status().state == FeedState::live);
  world.record(100, 110);
  world.wait_for(10);
  CHECK(FollowedWorld::shown(*world.journal).front().closed_at == world.bars[100].closed_at);
}

TEST_CASE("A directory that is no tape is said, waited for, and taken once it is one") {
  FollowedWorld world;
  world.profile.feeds[0].tape = (world.directory.path() / "other").string();
  world.start();
  for (int i = 0; i < 1'000 && world.status().trouble.empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(world.status().trouble.find("other") != std::string::npos);
  world.record(0, 3);
  std::filesystem::rename(world.directory.path() / "tape", world.directory.path() / "other");
  world.wait_for(3);
  CHECK(world.status().trouble.empty());
}

TEST_CASE("On the machine's clock the last trade and the top of the book follow the tape between bars") {
  FollowedWorld world;
  world.profile.clock = ClockChoice::live;
  const Time now = TimeAuthority(TimeAuthority::Mode::live).now();
  {
    TapeWriter writer(world.directory.path() / "tape");
    TradeTick trade;
    trade.product = ProductId("BTC-USDT");
    trade.at = trade.received_at = now;
    trade.price = Price::whole(50'000);
    trade.size = Quantity::whole(1);
    writer.append(trade, now);
    QuoteTick quote;
    quote.product = trade.product;
    quote.received_at = now;
    quote.bid = PriceLevel{Price::whole(49'999), Quantity::whole(1)};
    quote.ask = PriceLevel{Price::whole(50'001), Quantity::whole(2)};
    writer.append(quote, now);
  }
  world.start();
  for (int i = 0; i < 6'000 && !world.node->market().top(followed); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  REQUIRE(world.node->market().top(followed));
  CHECK(world.node->market().top(followed)->mid == Price::whole(50'000));
  CHECK(world.node->market().top(followed)->state == BookState::two_sided);
  CHECK(world.node->market().mark(followed)->price == Price::whole(50'000));
}
