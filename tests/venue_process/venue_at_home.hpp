// A venue's door in this process, over a journal in memory, and a client that says exactly what a test wants said.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "app/line_socket.hpp"
#include "app/venue/venue_audit.hpp"
#include "app/venue/venue_server.hpp"
#include "persistence/memory_journal.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

namespace tally {

// Waits until something is so; only a broken program waits for long.
template <class Is>
bool eventually(Is is) {
  for (int tries = 0; tries < 6'000; ++tries) {
    if (is()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

class VenueAtHome {
 public:
  explicit VenueAtHome(const Profile& profile, VenueServer::Limits limits = {}, const std::string& listen = "127.0.0.1:0")
      : journal(std::make_shared<MemoryJournal>()),
        node(profile, journal),
        history(file()),
        server(node, history, LineSocket::listen_tcp(listen), [this] { return to_json_text(audit()); }, limits) {}

  std::filesystem::path file() const { return directory_.path() / "history.jsonl"; }
  VenueAudit audit() const { return audit_venue(*journal, node.shard(), read_venue_history(file())); }
  std::vector<VenueHistoryLine> lines(VenueSight what) const {
    std::vector<VenueHistoryLine> found;
    for (VenueHistoryLine& line : read_venue_history(file()))
      if (line.what == what) found.push_back(std::move(line));
    return found;
  }
  void show(std::span<const BarObserved> bars) {
    std::promise<void> done;
    auto shown = done.get_future();
    node.show(bars, "test", [&](const Outcome&) { done.set_value(); });
    shown.get();
  }

 private:
  TemporaryDirectory directory_;

 public:
  std::shared_ptr<MemoryJournal> journal;
  VenueNode node;
  VenueHistory history;
  VenueServer server;
};

class RawClient {
 public:
  explicit RawClient(const std::string& address) {
    auto socket = LineSocket::connect_tcp(address, 5);
    REQUIRE(socket);
    socket_ = std::move(*socket);
    socket_.give_up_after(10);
  }
  RawClient(const std::string& address, venue_protocol::Login login) : RawClient(address) {
    say(login);
    REQUIRE(next<venue_protocol::Welcome>());
  }

  void say(const venue_protocol::ToVenue& line) { socket_.write_line(venue_protocol::text_of(line)); }
  void say_text(const std::string& line) { socket_.write_line(line); }
  std::optional<venue_protocol::FromVenue> hear() {
    const auto line = socket_.read_line(LineSocket::line_max);
    if (!line) return std::nullopt;
    return venue_protocol::read_from_venue(*line);
  }
  // The next line of that kind; what comes before is passed over.
  template <class Line>
  std::optional<Line> next() {
    while (auto said = hear())
      if (auto* line = std::get_if<Line>(&*said)) return std::move(*line);
    return std::nullopt;
  }
  LineSocket& socket() { return socket_; }

 private:
  LineSocket socket_;
};

inline venue_protocol::Login login_of(const char* node, std::optional<Offset> after = {}) {
  venue_protocol::Login login;
  login.account = AccountId("demo");
  login.node = node;
  login.term = 1;
  login.after = after;
  return login;
}

inline OrderCommanded order_of(const std::string& id, const char* quantity = "1") {
  OrderCommanded order;
  order.order = ClientOrderId(id);
  order.batch.product = ProductId("SPY");
  order.batch.number = 1;
  order.quantity = Quantity::parse(quantity);
  order.commanded_at = {1'704'153'600 * ns_per_s};
  order.account = AccountId("demo");
  return order;
}

// A minute bar of SPY, the n-th.
inline BarObserved bar_of(std::int64_t n, const char* close = "475.31") {
  BarObserved bar;
  bar.product = ProductId("SPY");
  bar.open = bar.high = bar.low = bar.close = Price::parse(close);
  bar.volume = Quantity::parse("50000");
  bar.opened_at = {(1'704'153'600 + n * 60) * ns_per_s};
  bar.closed_at = bar.opened_at + 60 * ns_per_s;
  return bar;
}

inline Profile venue_test_profile() { return read_profile(TALLY_SOURCE_DIR "/cfg/default.yaml"); }

}  // namespace tally
