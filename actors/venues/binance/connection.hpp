// The sockets under a Feed: WebSocket and REST over TLS, the venue's certificate chain and host name checked. Reads, hands over,
// does as told; decides nothing. All of it runs on the thread that calls run_feed.
#pragma once

#include <functional>

#include "actors/venues/binance/feed.hpp"

namespace tally::binance {

struct Endpoints {
  std::string stream_host;          // "stream.binance.com"
  std::uint16_t stream_port = 9443;
  std::string rest_host;            // "api.binance.com"
  std::uint16_t rest_port = 443;
  std::string ca_file;              // PEM; empty: the system's
};
BOOST_DESCRIBE_STRUCT(Endpoints, (), (stream_host, stream_port, rest_host, rest_port, ca_file))

struct Surroundings {
  std::function<Time()> now;                          // never backwards
  std::function<bool()> stop;                         // asked every tick
  std::function<void(const Message&, Time)> publish;  // must not wait
  std::function<void(Time)> tick;                     // every 50 ms, after the feed's
};

// Starts the feed and returns after stop() said so, with the connection closed in order. Throws std::runtime_error where the
// certificates of `endpoints` cannot be read.
void run_feed(Feed& feed, const Endpoints& endpoints, const Surroundings& around);

}  // namespace tally::binance
