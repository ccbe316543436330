// The machine of one connection, without a socket: states, gaps, snapshots, limits, silence.
#include "actors/venues/binance/feed.hpp"

#include <random>

#include "tests/catch.hpp"
#include "tests/venues/market.hpp"

using namespace tally;
using namespace tally::binance;
using market::FeedState;
using test::trade_text;
using test::VenueBook;

namespace {

constexpr Time start{1'760'000'000 * ns_per_s};

// A feed with a clock that the test turns.
struct Desk {
  explicit Desk(const FeedRules& its_rules = {}, std::vector<ProductStreams> products = test::one_product())
      : rules(its_rules), feed(VenueId("binance"), std::move(products), rules, 7) {
    feed.start(now, out);
  }

  void after_ms(std::int64_t ms) {
    now = now + ms * ns_per_ms;
    feed.tick(now, out);
  }
  void connect() {
    REQUIRE(take<Connect>());
    feed.connected(now, out);
  }
  void text(const std::string& frame) { feed.text(frame, now, out); }

  // The next action of this kind; those before it are forgotten.
  template <class A>
  std::optional<A> take() {
    while (!out.actions.empty()) {
      const Action action = out.actions.front();
      out.actions.erase(out.actions.begin());
      if (const A* wanted = std::get_if<A>(&action)) return *wanted;
    }
    return std::nullopt;
  }
  std::vector<FeedReported> reports(FeedEvent event) const {
    std::vector<FeedReported> found;
    for (const Message& message : out.messages)
      if (const auto* report = std::get_if<FeedReported>(&message); report && report->event == event) found.push_back(*report);
    return found;
  }
  void synchronize() {
    text(book.change());
    const auto asked = take<AskSnapshot>();
    REQUIRE(asked);
    feed.snapshot(asked->request, book.snapshot(), now, out);
    REQUIRE(feed.book(0).state() == FeedState::synchronized);
  }
  std::string best_bid() const {
    const auto best = feed.book(0).book().bids()[0];
    return best.price.text() + " " + best.quantity.text();
  }

  FeedRules rules;
  Feed feed;
  Time now = start;
  Output out;
  VenueBook book;
};

}  // namespace

TEST_CASE("After connecting the book waits for its first update, then asks, and is the venue's after the snapshot") {
  Desk desk;
  CHECK(desk.reports(FeedEvent::started).size() == 1);
  desk.connect();
  CHECK(desk.reports(FeedEvent::connected).size() == 1);
  desk.after_ms(100);
  CHECK_FALSE(desk.take<AskSnapshot>());
  desk.text(desk.book.change());
  const auto asked = desk.take<AskSnapshot>();
  REQUIRE(asked);
  CHECK(asked->product == 0);
  desk.text(desk.book.change());
  CHECK_FALSE(desk.take<AskSnapshot>());  // one at a time
  const std::string snapshot = desk.book.snapshot();
  desk.text(desk.book.change());
  desk.feed.snapshot(asked->request, snapshot, desk.now, desk.out);
  CHECK(desk.feed.book(0).state() == FeedState::synchronized);
  CHECK(desk.best_bid() == desk.book.best_bid());
  desk.text(desk.book.change());
  CHECK(desk.best_bid() == desk.book.best_bid());
  CHECK(desk.reports(FeedEvent::synchronized).size() == 1);
  CHECK(desk.feed.counters().snapshot_requests == 1);
  // Everything that was said is published, in order.
  std::size_t updates = 0, snapshots = 0;
  for (const Message& message : desk.out.messages) {
    updates += std::holds_alternative<DepthUpdate>(message);
    snapshots += std::holds_alternative<DepthSnapshot>(message);
  }
  CHECK(updates == 4);
  CHECK(snapshots == 1);
}

TEST_CASE("A gap is reported with its size, and the next snapshot mends it") {
  Desk desk;
  desk.connect();
  desk.synchronize();
  desk.book.change();  // lost
  desk.text(desk.book.change());
  const auto gaps = desk.reports(FeedEvent::gap);
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].count == 3);
  CHECK(gaps[0].stream == "depth");
  CHECK(gaps[0].product == ProductId("BTC-USDT"));
  CHECK(desk.feed.book(0).state() == FeedState::gapped);
  const auto asked = desk.take<AskSnapshot>();
  REQUIRE(asked);
  desk.feed.snapshot(asked->request, desk.book.snapshot(), desk.now, desk.out);
  CHECK(desk.feed.book(0).state() == FeedState::synchronized);
  CHECK(desk.best_bid() == desk.book.best_bid());
}

TEST_CASE("A snapshot older than the first kept update is asked for again, later") {
  Desk desk;
  desk.connect();
  const std::string old = desk.book.snapshot();
  desk.book.change();
  desk.text(desk.book.change());
  const auto asked = desk.take<AskSnapshot>();
  REQUIRE(asked);
  desk.feed.snapshot(asked->request, old, desk.now, desk.out);
  CHECK(desk.feed.book(0).state() == FeedState::gapped);
  desk.after_ms(1);
  CHECK_FALSE(desk.take<AskSnapshot>());
  desk.after_ms(desk.rules.backoff_ms);
  const auto again = desk.take<AskSnapshot>();
  REQUIRE(again);
  desk.feed.snapshot(again->request, desk.book.snapshot(), desk.now, desk.out);
  CHECK(desk.feed.book(0).state() == FeedState::synchronized);
}

TEST_CASE("An answer to a request of another connection, or of nobody, changes nothing") {
  Desk desk;
  desk.connect();
  desk.text(desk.book.change());
  const auto asked = desk.take<AskSnapshot>();
  REQUIRE(asked);
  desk.feed.lost("reset", desk.now, desk.out);
  desk.feed.snapshot(asked->request, desk.book.snapshot(), desk.now, desk.out);
  CHECK(desk.feed.book(0).state() == FeedState::waiting);
  CHECK(desk.feed.counters().snapshots == 0);
  desk.after_ms(desk.rules.backoff_ms_max);
  desk.connect();
  desk.text(desk.book.change());
  const auto next = desk.take<AskSnapshot>();
  REQUIRE(next);
  CHECK(next->request != asked->request);
  desk.feed.snapshot(asked->request, desk.book.snapshot(), desk.now, desk.out);
  CHECK(desk.feed.counters().snapshots == 0);
  desk.feed.snapshot(next->request, desk.book.snapshot(), desk.now, desk.out);
  CHECK(desk.feed.counters().snapshots == 1);
}

TEST_CASE("Waits before connecting again double up to a limit, with a share of chance, and shrink after a stable connection") {
  Desk desk;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 9; ++i) {
    REQUIRE(desk.take<Connect>());
    desk.feed.lost("refused", desk.now, desk.out);
    std::int64_t waited = 0;
    while (desk.feed.link() == LinkState::waiting) {
      desk.after_ms(1);
      ++waited;
    }
    waits.push_back(waited);
  }
  std::int64_t whole = desk.rules.backoff_ms;
  for (const std::int64_t wait : waits) {
    CHECK(wait >= whole / 2);
    CHECK(wait <= whole + 1);
    whole = std::min(2 * whole, desk.rules.backoff_ms_max);
  }
  CHECK(desk.feed.counters().connect_failures == 9);
  desk.connect();
  desk.now = desk.now + desk.rules.stable_after_ms * ns_per_ms;
  desk.feed.lost("reset", desk.now, desk.out);
  desk.after_ms(desk.rules.backoff_ms);
  CHECK(desk.feed.link() == LinkState::connecting);
}

TEST_CASE("Snapshots are limited: so many a minute, and none while the venue forbids it") {
  FeedRules rules;
  rules.snapshots_per_minute = 3;
  rules.backoff_ms = rules.backoff_ms_max = 10;
  Desk desk(rules);
  desk.connect();
  desk.text(desk.book.change());
  for (int i = 0; i < 3; ++i) {
    const auto asked = desk.take<AskSnapshot>();
    REQUIRE(asked);
    desk.feed.snapshot_failed(asked->request, 500, 0, desk.now);
    desk.after_ms(20);
  }
  CHECK_FALSE(desk.take<AskSnapshot>());
  CHECK(desk.feed.counters().snapshots_delayed > 0);
  desk.after_ms(59'000);
  desk.feed.heard(desk.now);
  CHECK_FALSE(desk.take<AskSnapshot>());
  desk.after_ms(1'000);
  const auto asked = desk.take<AskSnapshot>();
  REQUIRE(asked);
  desk.feed.snapshot_failed(asked->request, 429, 120, desk.now);
  CHECK(desk.feed.counters().rate_limited == 1);
  for (int second = 0; second < 119; ++second) {
    desk.feed.heard(desk.now);
    desk.after_ms(1'000);
    REQUIRE_FALSE(desk.take<AskSnapshot>());
  }
  desk.after_ms(1'001);
  CHECK(desk.take<AskSnapshot>());
}

TEST_CASE("Without a Retry-After a minute is waited, and a longer ban is never shortened") {
  SnapshotBudget budget(100);
  budget.forbid({1'000});
  budget.forbid({500});
  CHECK_FALSE(budget.take({999}));
  CHECK(budget.take({1'000}));
  FeedRules rules;
  rules.backoff_ms = rules.backoff_ms_max = 10;
  Desk desk(rules);
  desk.connect();
  desk.text(desk.book.change());
  desk.feed.snapshot_failed(desk.take<AskSnapshot>()->request, 418, 0, desk.now);
  desk.after_ms(59'900);
  CHECK_FALSE(desk.take<AskSnapshot>());
  desk.feed.heard(desk.now);
  desk.after_ms(200);
  CHECK(desk.take<AskSnapshot>());
}

TEST_CASE("A silent connection is pinged, and given up where no pong comes") {
  Desk desk;
  desk.connect();
  desk.after_ms(desk.rules.ping_after_ms);
  CHECK_FALSE(desk.take<Ping>());
  desk.after_ms(1);
  CHECK(desk.take<Ping>());
  desk.after_ms(1);
  CHECK_FALSE(desk.take<Ping>());  // one at a time
  desk.feed.heard(desk.now);
  desk.after_ms(desk.rules.ping_after_ms + 1);
  CHECK(desk.take<Ping>());
  desk.after_ms(desk.rules.pong_within_ms + 1);
  const auto close = desk.take<Close>();
  REQUIRE(close);
  CHECK(close->why == "no answer to a ping");
  desk.after_ms(1);
  CHECK_FALSE(desk.take<Close>());
}

TEST_CASE("A connection that does not come, or is as old as the venue lets it be, is given up") {
  Desk desk;
  REQUIRE(desk.take<Connect>());
  desk.after_ms(desk.rules.connect_within_ms + 1);
  CHECK(desk.take<Close>());
  desk.feed.lost("no connection in time", desk.now, desk.out);
  desk.after_ms(desk.rules.backoff_ms_max);
  desk.connect();
  desk.now = desk.now + desk.rules.connection_age_ms_max * ns_per_ms;
  desk.feed.heard(desk.now);
  desk.after_ms(1);
  CHECK(desk.take<Close>());
}

TEST_CASE("Texts that are none of the protocol's are counted, and too many in a row end the connection") {
  Desk desk;
  desk.connect();
  for (int i = 0; i < 9; ++i) desk.text("garbage");
  desk.text(trade_text(1));
  for (int i = 0; i < 9; ++i) desk.text("garbage");
  CHECK_FALSE(desk.take<Close>());
  desk.text("garbage");
  CHECK(desk.take<Close>());
  CHECK(desk.feed.counters().malformed == 19);
  CHECK(desk.feed.counters().trades == 1);
}

TEST_CASE("Trades that were missed are a gap with their number; duplicates and old ones stand on the tape, and are counted") {
  Desk desk;
  desk.connect();
  for (const std::uint64_t id : {5, 6, 6, 4, 9}) desk.text(trade_text(id));
  const auto gaps = desk.reports(FeedEvent::gap);
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].stream == "trade");
  CHECK(gaps[0].count == 2);
  CHECK(desk.feed.ticks(0).counters().duplicates == 1);
  CHECK(desk.feed.ticks(0).counters().out_of_order == 1);
  std::size_t published = 0;
  for (const Message& message : desk.out.messages) published += std::holds_alternative<TradeTick>(message);
  CHECK(published == 5);
}

TEST_CASE("A stream that is silent for too long is stale, once, until it speaks again; a lost connection silences it, too") {
  FeedRules rules;
  rules.depth_stale_ms = 1'000;
  rules.tick_stale_ms = 3'000;
  Desk desk(rules);
  desk.connect();
  desk.after_ms(1'000);
  CHECK(desk.feed.stale_streams() == 0);
  desk.after_ms(1);
  CHECK(desk.feed.stale_streams() == 1);
  desk.after_ms(1);
  CHECK(desk.feed.counters().stale_alarms == 1);
  CHECK(desk.reports(FeedEvent::stale).at(0).stream == "depth");
  desk.text(desk.book.change());
  CHECK(desk.feed.stale_streams() == 0);
  CHECK(desk.reports(FeedEvent::resumed).size() == 1);
  desk.feed.lost("reset", desk.now, desk.out);
  desk.after_ms(3'000);
  CHECK(desk.feed.stale_streams() == 4);
  CHECK(desk.feed.counters().stale_alarms == 5);
}

TEST_CASE("A lost connection leaves no book and no top to decide on") {
  Desk desk;
  desk.connect();
  desk.synchronize();
  CHECK(desk.feed.book(0).mid(ProductId("BTC-USDT"), "test").state == BookState::two_sided);
  desk.feed.lost("reset", desk.now, desk.out);
  CHECK(desk.feed.book(0).mid(ProductId("BTC-USDT"), "test").state == BookState::missing);
  CHECK(desk.reports(FeedEvent::disconnected).at(0).detail == "reset");
}

TEST_CASE("How late the latest final bar came is measured") {
  Desk desk;
  desk.connect();
  desk.text(
      R"({"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1,"s":"BTCUSDT","k":{"t":1759999939000,"T":1759999998999,"i":"1m","o":"1","c":"1","h":"1","l":"1","v":"1","n":1,"x":true}}})");
  CHECK(desk.feed.counters().final_bars == 1);
  CHECK(desk.feed.counters().final_bar_late_ns_max == ns_per_s);
}

TEST_CASE("What makes no feed is refused with its reason") {
  const auto refused = [](auto change) {
    auto products = test::one_product();
    FeedRules rules;
    change(products, rules);
    CHECK_THROWS_AS(Feed(VenueId("v"), products, rules, 1), std::invalid_argument);
  };
  refused([](auto& products, auto&) { products.clear(); });
  refused([](auto& products, auto&) { products[0].symbol = "btcusdt"; });
  refused([](auto& products, auto&) { products[0].symbol = "BTC/USDT&x="; });
  refused([](auto& products, auto&) { products.push_back(products[0]); });
  refused([](auto& products, auto&) { products[0].bars = "1m/x"; });
  refused([](auto& products, auto&) {
    products[0].trades = products[0].quotes = products[0].depth = false;
    products[0].bars.clear();
  });
  refused([](auto&, auto& rules) { rules.backoff_ms = 0; });
  refused([](auto&, auto& rules) { rules.backoff_ms_max = rules.backoff_ms - 1; });
  refused([](auto&, auto& rules) { rules.snapshots_per_minute = 0; });
  refused([](auto&, auto& rules) { rules.ping_after_ms = -1; });
  refused([](auto&, auto& rules) { rules.frame_bytes_max = 10; });
  refused([](auto&, auto& rules) { rules.malformed_max = 0; });
}

TEST_CASE("What was published makes the same book again, whatever happened") {
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    FeedRules rules;
    rules.backoff_ms = rules.backoff_ms_max = 10;
    rules.snapshots_per_minute = 10'000;
    Desk desk(rules);
    std::optional<AskSnapshot> asked;
    std::string last;
    for (int step = 0; step < 3'000; ++step) {
      desk.after_ms(5);
      const auto actions = std::exchange(desk.out.actions, {});
      for (const Action& action : actions) {
        if (std::holds_alternative<Connect>(action)) desk.feed.connected(desk.now, desk.out);
        if (const auto* ask = std::get_if<AskSnapshot>(&action)) asked = *ask;
      }
      const auto chance = random() % 100;
      if (asked && chance < 30) desk.feed.snapshot(std::exchange(asked, {})->request, desk.book.snapshot(), desk.now, desk.out);
      if (desk.feed.link() != LinkState::connected) continue;
      if (chance < 80) desk.text(last = desk.book.change());
      else if (chance < 84) desk.book.change();  // lost
      else if (chance < 90 && !last.empty()) desk.text(last);
      else if (chance < 92) desk.feed.lost("reset", desk.now, desk.out);
      else if (chance < 94) desk.text("garbage");
    }
    market::DepthFeed again;
    for (const Message& message : desk.out.messages) {
      if (const auto* update = std::get_if<DepthUpdate>(&message)) again.take(*update);
      if (const auto* snapshot = std::get_if<DepthSnapshot>(&message)) again.take(*snapshot);
      const auto* report = std::get_if<FeedReported>(&message);
      if (report && report->event == FeedEvent::disconnected) again.restart();
    }
    const market::DepthFeed& first = desk.feed.book(0);
    CHECK(again.state() == first.state());
    CHECK(again.last_update_id() == first.last_update_id());
    CHECK(again.book().hash() == first.book().hash());
    CHECK(again.counters().applied == first.counters().applied);
    CHECK(again.counters().gaps == first.counters().gaps);
    CHECK(first.counters().gaps > 10);
    CHECK(first.counters().applied > 500);
    CHECK(desk.feed.counters().disconnects > 10);
  }
}
