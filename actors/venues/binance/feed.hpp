// One connection to the venue as a pure machine: what came goes in, with its time; what to do and what to publish comes out. No
// socket, no clock, no thread, no randomness of its own. Rules, states and counters: docs/market-data.md.
//
//   waiting ──time──> connecting ──connected──> connected ──lost──> waiting, longer each time
//
// Each product's book goes through the states of DepthFeed: after connecting it keeps updates and asks for a snapshot; after a
// gap it stands still and asks for another.
#pragma once

#include <array>

#include "actors/market_data/depth_feed.hpp"
#include "actors/market_data/tick_feed.hpp"
#include "actors/venues/binance/backoff.hpp"
#include "actors/venues/binance/protocol.hpp"
#include "actors/venues/binance/snapshot_budget.hpp"
#include "messages/message.hpp"

namespace tally::binance {

struct FeedRules {
  std::int64_t backoff_ms = 500;               // before connecting again, doubled each time ...
  std::int64_t backoff_ms_max = 30'000;        // ... up to this
  std::int64_t stable_after_ms = 60'000;       // a connection that lived so long makes the next wait short again
  std::int64_t connect_within_ms = 10'000;     // TCP, TLS and upgrade together
  std::int64_t ping_after_ms = 15'000;         // of silence
  std::int64_t pong_within_ms = 10'000;        // else the connection is given up
  std::int64_t connection_age_ms_max = 85'800'000;  // 23 h 50 min: the venue ends a connection after 24 h
  std::int64_t depth_stale_ms = 5'000;         // a product's stream that is silent for longer is stale
  std::int64_t tick_stale_ms = 60'000;         // of trades, quotes and bars
  std::uint32_t snapshot_levels = 1'000;       // a side
  std::uint32_t snapshots_per_minute = 20;     // of all products
  std::int64_t snapshot_within_ms = 10'000;
  std::uint32_t malformed_max = 10;            // in a row: then the connection is given up
  std::uint64_t frame_bytes_max = 1'048'576;
  std::uint64_t snapshot_bytes_max = 8'388'608;
};
BOOST_DESCRIBE_STRUCT(FeedRules, (),
                      (backoff_ms, backoff_ms_max, stable_after_ms, connect_within_ms, ping_after_ms, pong_within_ms,
                       connection_age_ms_max, depth_stale_ms, tick_stale_ms, snapshot_levels, snapshots_per_minute,
                       snapshot_within_ms, malformed_max, frame_bytes_max, snapshot_bytes_max))

struct FeedCounters {
  std::uint64_t bytes = 0;                // of text frames
  std::uint64_t messages = 0;             // text frames
  std::uint64_t trades = 0;
  std::uint64_t quotes = 0;
  std::uint64_t depth_updates = 0;
  std::uint64_t bars = 0;
  std::uint64_t final_bars = 0;
  std::int64_t final_bar_late_ns_max = 0; // from a bar's close to its final=true, by both clocks
  std::uint64_t answers = 0;              // to requests of ours
  std::uint64_t unknown = 0;              // products or streams that were not asked for: ignored
  std::uint64_t malformed = 0;            // ignored
  std::uint64_t gaps = 0;                 // of books and of trades
  std::uint64_t synchronized = 0;         // times that a book became whole
  std::uint64_t snapshots = 0;            // that came
  std::uint64_t snapshot_requests = 0;
  std::uint64_t snapshot_failures = 0;
  std::uint64_t snapshots_delayed = 0;    // by the limit of requests: moments at which one was due
  std::uint64_t rate_limited = 0;         // HTTP 429 or 418
  std::uint64_t connects = 0;
  std::uint64_t disconnects = 0;
  std::uint64_t connect_failures = 0;
  std::uint64_t pings = 0;
  std::uint64_t stale_alarms = 0;
};
BOOST_DESCRIBE_STRUCT(FeedCounters, (),
                      (bytes, messages, trades, quotes, depth_updates, bars, final_bars, final_bar_late_ns_max, answers, unknown,
                       malformed, gaps, synchronized, snapshots, snapshot_requests, snapshot_failures, snapshots_delayed,
                       rate_limited, connects, disconnects, connect_failures, pings, stale_alarms))

// What the socket is to do.
struct Connect {};
struct Close {
  std::string why;
};
struct Ping {};
struct AskSnapshot {
  std::size_t product = 0;
  std::uint64_t request = 0;  // handed back with the answer
};
using Action = std::variant<Connect, Close, Ping, AskSnapshot>;

// What one input came to: messages for the tape and whoever listens, in order, then actions in order.
struct Output {
  std::vector<Message> messages;
  std::vector<Action> actions;
};

enum class LinkState : std::uint8_t { waiting, connecting, connected };
BOOST_DESCRIBE_ENUM(LinkState, waiting, connecting, connected)

class Feed {
 public:
  // Throws std::invalid_argument where the products or rules make no feed; `seed`: of the jitter.
  Feed(VenueId venue, std::vector<ProductStreams> products, const FeedRules& rules, std::uint64_t seed);

  // Each call appends to `out`.
  void start(Time now, Output& out);
  void tick(Time now, Output& out);           // every 50 ms or so, whatever else comes
  void connected(Time now, Output& out);
  void lost(std::string_view why, Time now, Output& out);  // or never reached
  void text(std::string_view frame, Time now, Output& out);
  void heard(Time now);                       // a ping or pong
  void snapshot(std::uint64_t request, std::string_view body, Time now, Output& out);
  // `status`: HTTP's, 0 where there was no answer; `retry_after_s`: its header, 0 without one.
  void snapshot_failed(std::uint64_t request, unsigned status, std::int64_t retry_after_s, Time now);
  void stop(Time now, Output& out);

  LinkState link() const { return link_; }
  VenueId venue() const { return venue_; }
  const FeedRules& rules() const { return rules_; }
  const FeedCounters& counters() const { return counters_; }
  const std::vector<ProductStreams>& products() const { return products_; }
  const market::DepthFeed& book(std::size_t product) const { return states_[product].depth; }
  const market::TickFeed& ticks(std::size_t product) const { return states_[product].ticks; }
  std::size_t stale_streams() const;          // now

 private:
  struct Stream {
    std::string_view name;
    bool wanted = false;
    std::int64_t stale_ns = 0;
    Time last;
    bool stale = false;
  };
  enum StreamKind : std::size_t { trade, quote, depth, bar };
  struct ProductState {
    market::DepthFeed depth;
    market::TickFeed ticks;
    std::array<Stream, 4> streams;
    bool had_update = false;                  // since the connection was made: a snapshot may follow it
    Backoff retry;
    Time snapshot_from{INT64_MIN};            // not before
  };

  void report(FeedEvent event, std::optional<std::size_t> product, std::string_view stream, std::uint64_t count,
              std::string detail, Time now, Output& out);
  void close(std::string why, Output& out);
  void seen(std::size_t product, StreamKind kind, Time now, Output& out);
  void take(std::size_t product, TradeTick& tick, Time now, Output& out);
  void take(std::size_t product, QuoteTick& tick, Time now, Output& out);
  void take(std::size_t product, DepthUpdate& update, Time now, Output& out);
  void take(std::size_t product, MarketBar& taken, Time now, Output& out);
  void keep_alive(Time now, Output& out);
  void watch_silence(Time now, Output& out);
  void ask_snapshots(Time now, Output& out);
  void postpone(std::size_t product, Time now);

  VenueId venue_;
  std::vector<ProductStreams> products_;
  FeedRules rules_;
  std::vector<ProductState> states_;
  LinkState link_ = LinkState::waiting;
  bool started_ = false;
  Backoff backoff_;
  SnapshotBudget budget_;
  Time connect_from_;
  Time connecting_since_, connected_at_, heard_at_;
  std::optional<Time> pinged_at_;
  bool closing_ = false;                      // Close was said; lost() follows
  std::uint32_t malformed_in_a_row_ = 0;
  std::uint64_t requests_ = 0;
  std::optional<std::size_t> asked_;          // the product whose snapshot is under way
  Time asked_at_;
  FeedCounters counters_;
};

}  // namespace tally::binance
