// The sockets against a venue that misbehaves on purpose: afterwards the book is the venue's again, and what happened is counted.
#include "actors/venues/binance/connection.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "tests/catch.hpp"
#include "tests/venues/market.hpp"
#include "tests/venues/server.hpp"

using namespace tally;
using namespace tally::binance;
using test::Answer;
using test::StreamSession;
using test::VenueBook;
using test::VenueServer;
using test::trade_text;

namespace {

const test::Authority& authority() {
  static const test::Authority made("the tests' authority");
  return made;
}

std::string ca_file(const test::Authority& of) {
  const auto file = std::filesystem::temp_directory_path() / ("tally-ca-" + std::to_string(::getpid()) + ".pem");
  std::ofstream(file) << of.certificate();
  return file.string();
}

FeedRules quick_rules() {
  FeedRules rules;
  rules.backoff_ms = 10;
  rules.backoff_ms_max = 40;
  rules.ping_after_ms = 300;
  rules.pong_within_ms = 300;
  rules.snapshots_per_minute = 1'000;
  return rules;
}

// What misbehaves is not shown in the tests' output.
struct QuietLog {
  QuietLog() { spdlog::set_level(spdlog::level::off); }
  ~QuietLog() { spdlog::set_level(spdlog::level::info); }
};

// A feed on a thread of its own, against the server's port.
class RunningFeed {
 public:
  RunningFeed(std::uint16_t port, const FeedRules& rules, const test::Authority& trusted = authority())
      : file_(ca_file(trusted)), feed_(VenueId("binance"), test::one_product(), rules, 1) {
    const Endpoints endpoints{"localhost", port, "localhost", port, file_};
    thread_ = std::thread([this, endpoints] {
      Surroundings around;
      around.now = [] { return Time{std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count()}; };
      around.stop = [this] {
        std::lock_guard held(mutex_);
        return stop_;
      };
      around.publish = [this](const Message& message, Time) {
        std::lock_guard held(mutex_);
        messages_.push_back(message);
      };
      around.tick = [this](Time) { look(); };
      run_feed(feed_, endpoints, around);
    });
  }
  ~RunningFeed() {
    {
      std::lock_guard held(mutex_);
      stop_ = true;
    }
    thread_.join();
    std::filesystem::remove(file_);
  }

  // Waits until `condition(counters)` holds, under the lock; false after a minute.
  template <class Condition>
  bool comes_to(Condition condition) {
    std::unique_lock held(mutex_);
    return looked_.wait_for(held, std::chrono::seconds(60), [&] { return condition(counters_); });
  }
  bool book_becomes(const std::string& best_bid) {
    return comes_to([&](const FeedCounters&) { return best_bid_ == best_bid; });
  }
  std::size_t count(FeedEvent event) {
    std::lock_guard held(mutex_);
    std::size_t found = 0;
    for (const Message& message : messages_)
      if (const auto* report = std::get_if<FeedReported>(&message)) found += report->event == event;
    return found;
  }
  std::string last_reason() {
    std::lock_guard held(mutex_);
    std::string reason;
    for (const Message& message : messages_)
      if (const auto* report = std::get_if<FeedReported>(&message); report && report->event == FeedEvent::disconnected)
        reason = report->detail;
    return reason;
  }

 private:
  void look() {
    {
      std::lock_guard held(mutex_);
      counters_ = feed_.counters();
      const auto& book = feed_.book(0);
      best_bid_.clear();
      if (book.state() == market::FeedState::synchronized && !book.book().bids().empty())
        best_bid_ = book.book().bids()[0].price.text() + " " + book.book().bids()[0].quantity.text();
    }
    looked_.notify_all();
  }

  QuietLog quiet_;
  std::string file_;
  Feed feed_;
  std::mutex mutex_;
  std::condition_variable looked_;
  bool stop_ = false;
  FeedCounters counters_;
  std::string best_bid_;
  std::vector<Message> messages_;
  std::thread thread_;
};

Answer snapshot_of(const VenueBook& book) { return {200, book.snapshot(), {}}; }

// A connection that behaves: some changes, then whatever the client wants, until it goes.
void behave(StreamSession& session, VenueBook& book) {
  for (int i = 0; i < 5; ++i) session.send(book.change());
  session.serve_until_closed();
}

// Begins with `misbehave` on the first connection and behaves on the later ones; the feed must be whole in the end.
struct Visit {
  VenueBook book;
  VenueServer server;
  RunningFeed feed;

  Visit(std::function<void(StreamSession&, VenueBook&)> misbehave, const FeedRules& rules = quick_rules())
      : server(authority().host("localhost"),
               [this, misbehave = std::move(misbehave)](StreamSession& session, std::size_t connection) {
                 connection == 1 ? misbehave(session, book) : behave(session, book);
               },
               [this](const std::string&, std::size_t) { return snapshot_of(book); }),
        feed(server.port(), rules) {}

  // After a second connection.
  void heals(const std::string& why) {
    REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.connects >= 2 && seen.depth_updates >= 5; }));
    CHECK(feed.book_becomes(book.best_bid()));
    CHECK(feed.count(FeedEvent::disconnected) >= 1);
    if (!why.empty()) CHECK(feed.last_reason() == why);
  }
};

}  // namespace

TEST_CASE("The book is the venue's, the venue's certificate and name are checked, and the end is in order") {
  VenueBook book;
  std::string target, rest_target;
  std::mutex mutex;
  VenueServer server(
      authority().host("localhost"),
      [&](StreamSession& session, std::size_t) {
        {
          std::lock_guard held(mutex);
          target = session.target();
        }
        session.send(trade_text(1));
        behave(session, book);
      },
      [&](const std::string& asked, std::size_t) {
        std::lock_guard held(mutex);
        rest_target = asked;
        return snapshot_of(book);
      });
  {
    RunningFeed feed(server.port(), quick_rules());
    REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.depth_updates == 5 && seen.synchronized == 1; }));
    CHECK(feed.book_becomes(book.best_bid()));
    CHECK(feed.count(FeedEvent::disconnected) == 0);
    // Silent, it is pinged, and its pongs keep it.
    REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.pings >= 3; }));
    CHECK(feed.count(FeedEvent::disconnected) == 0);
  }
  std::lock_guard held(mutex);
  CHECK(target == "/stream?streams=btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker/btcusdt@kline_1m");
  CHECK(rest_target == "/api/v3/depth?symbol=BTCUSDT&limit=1000");
  CHECK(server.streams() == 1);
}

TEST_CASE("A certificate of another authority is refused, and nothing is read") {
  VenueServer server(test::Authority("somebody else").host("localhost"), [](StreamSession&, std::size_t) {},
                     [](const std::string&, std::size_t) { return Answer{}; });
  RunningFeed feed(server.port(), quick_rules());
  REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.connect_failures >= 3; }));
  CHECK(server.streams() == 0);
  CHECK(feed.count(FeedEvent::connected) == 0);
}

TEST_CASE("A certificate of another host is refused, and nothing is read") {
  VenueServer server(authority().host("api.example.org"), [](StreamSession&, std::size_t) {},
                     [](const std::string&, std::size_t) { return Answer{}; });
  RunningFeed feed(server.port(), quick_rules());
  REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.connect_failures >= 3; }));
  CHECK(server.streams() == 0);
  CHECK(feed.count(FeedEvent::connected) == 0);
}

TEST_CASE("A connection dropped in the middle of a frame is made again, with a new snapshot") {
  Visit visit([](StreamSession& session, VenueBook& book) {
    session.send(book.change());
    session.send_first_half(book.change());
    session.drop();
  });
  visit.heals("");
}

TEST_CASE("A frame that comes in pieces is one message") {
  Visit visit([](StreamSession& session, VenueBook& book) {
    for (int i = 0; i < 4; ++i) session.send_in_pieces(book.change(), 7, 5);
    session.serve_until_closed();
  });
  REQUIRE(visit.feed.comes_to([](const FeedCounters& seen) { return seen.depth_updates == 4 && seen.synchronized == 1; }));
  CHECK(visit.feed.book_becomes(visit.book.best_bid()));
  CHECK(visit.feed.count(FeedEvent::disconnected) == 0);
}

TEST_CASE("A frame above the bound ends the connection before it is held") {
  FeedRules rules = quick_rules();
  rules.frame_bytes_max = 20'000;
  Visit visit(
      [](StreamSession& session, VenueBook& book) {
        session.send(book.change());
        session.send(std::string(20'001, 'x'));
        session.serve_until_closed();
      },
      rules);
  visit.heals("");  // the reason depends on how far the closing came
  CHECK(visit.feed.comes_to([](const FeedCounters& seen) { return seen.malformed == 0 && seen.bytes < 20'000; }));
}

TEST_CASE("A gap in the updates is mended by a snapshot on the same connection") {
  Visit visit([](StreamSession& session, VenueBook& book) {
    for (int i = 0; i < 3; ++i) session.send(book.change());
    // The gap comes after the book was synchronized: only then does the venue go on.
    while (!session.client_says_nothing_for(500)) return;
    book.change();
    for (int i = 0; i < 3; ++i) session.send(book.change());
    session.serve_until_closed();
  });
  REQUIRE(visit.feed.comes_to([](const FeedCounters& seen) { return seen.synchronized >= 2 && seen.depth_updates == 6; }));
  CHECK(visit.feed.count(FeedEvent::gap) == 1);
  CHECK(visit.feed.count(FeedEvent::disconnected) == 0);
  CHECK(visit.feed.book_becomes(visit.book.best_bid()));
}

TEST_CASE("Duplicates and wrong ids do not harm the book") {
  Visit visit([](StreamSession& session, VenueBook& book) {
    const std::string first = book.change(), second = book.change();
    for (const std::string& text : {first, second, second, first}) session.send(text);
    if (!session.client_says_nothing_for(300)) return;
    session.send(
        R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":9,"u":3,"b":[["1","1"]],"a":[]}})");
    session.send(second);
    for (int i = 0; i < 3; ++i) session.send(book.change());
    session.serve_until_closed();
  });
  REQUIRE(visit.feed.comes_to([](const FeedCounters& seen) { return seen.depth_updates == 9; }));
  CHECK(visit.feed.book_becomes(visit.book.best_bid()));
  CHECK(visit.feed.count(FeedEvent::disconnected) == 0);
}

TEST_CASE("A venue that talks garbage is left, and tried again") {
  Visit visit([](StreamSession& session, VenueBook& book) {
    session.send(book.change());
    for (int i = 0; i < 10; ++i) session.send("{\"stream\":");
    session.serve_until_closed();
  });
  visit.heals("too many messages in a row that are none of the protocol's");
}

TEST_CASE("A venue that answers no ping is left, and tried again") {
  Visit visit([](StreamSession& session, VenueBook& book) {
    session.send(book.change());
    for (int i = 0; i < 600 && session.client_says_nothing_for(100); ++i) {}
  });
  visit.heals("no answer to a ping");
}

TEST_CASE("A venue that forbids snapshots for a time is heeded, and asked again after it") {
  VenueBook book;
  std::atomic<std::int64_t> first_ns{0}, second_ns{0};
  const auto steady_ns = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
  VenueServer server(
      authority().host("localhost"), [&](StreamSession& session, std::size_t) { behave(session, book); },
      [&](const std::string&, std::size_t request) {
        (request == 1 ? first_ns : second_ns) = steady_ns();
        if (request > 1) return snapshot_of(book);
        return Answer{429, R"({"code":-1003,"msg":"Too many requests"})", {{"Retry-After", "1"}}};
      });
  RunningFeed feed(server.port(), quick_rules());
  REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.synchronized == 1; }));
  CHECK(feed.comes_to([](const FeedCounters& seen) { return seen.rate_limited == 1 && seen.snapshot_requests == 2; }));
  CHECK(second_ns - first_ns >= ns_per_s);
  CHECK(feed.book_becomes(book.best_bid()));
}

TEST_CASE("Snapshots that fail, are garbage or are too large are asked for again") {
  FeedRules rules = quick_rules();
  rules.snapshot_bytes_max = 50'000;
  VenueBook book;
  VenueServer server(
      authority().host("localhost"), [&](StreamSession& session, std::size_t) { behave(session, book); },
      [&](const std::string&, std::size_t request) {
        if (request == 1) return Answer{500, "sorry", {}};
        if (request == 2) return Answer{200, "garbage", {}};
        if (request == 3) return Answer{200, std::string(60'000, ' '), {}};
        return snapshot_of(book);
      });
  RunningFeed feed(server.port(), rules);
  REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.synchronized == 1; }));
  CHECK(feed.comes_to([](const FeedCounters& seen) { return seen.snapshot_failures == 3; }));
  CHECK(feed.book_becomes(book.best_bid()));
}

TEST_CASE("Many lost connections later the book is still the venue's") {
  VenueBook book;
  VenueServer server(
      authority().host("localhost"),
      [&](StreamSession& session, std::size_t connection) {
        if (connection > 12) return behave(session, book);
        for (std::size_t i = 0; i < connection; ++i) session.send(book.change());
        if (connection % 3 == 0) book.change();
        if (connection % 2 == 0) session.send_first_half(book.change());
        session.drop();
      },
      [&](const std::string&, std::size_t) { return snapshot_of(book); });
  RunningFeed feed(server.port(), quick_rules());
  REQUIRE(feed.comes_to([](const FeedCounters& seen) { return seen.connects == 13; }));
  CHECK(feed.book_becomes(book.best_bid()));
  CHECK(feed.count(FeedEvent::disconnected) == 12);
}
