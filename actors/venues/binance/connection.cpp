#include "actors/venues/binance/connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <charconv>
#include <chrono>

namespace tally::binance {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using asio::use_awaitable;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using std::chrono::milliseconds;

constexpr auto tick_every = milliseconds(50);
constexpr auto close_within = milliseconds(1'000);
constexpr const char* user_agent = "tallystick";

ssl::context make_tls(const std::string& ca_file) {
  ssl::context tls(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  tls.set_verify_mode(ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file.empty()) tls.set_default_verify_paths(error);
  else tls.load_verify_file(ca_file, error);
  if (error) throw std::runtime_error("certificates of " + (ca_file.empty() ? "the system" : ca_file) + ": " + error.message());
  return tls;
}

// Resolves, connects and makes sure that it is the host: its certificate's chain and its name.
asio::awaitable<void> open(TlsStream& stream, tcp::resolver& resolver, const std::string& host, std::uint16_t port) {
  if (!SSL_set_tlsext_host_name(stream.native_handle(), host.c_str())) throw std::runtime_error("host name '" + host + "'");
  stream.set_verify_callback(ssl::host_name_verification(host));
  const auto addresses = co_await resolver.async_resolve(host, std::to_string(port), use_awaitable);
  co_await beast::get_lowest_layer(stream).async_connect(addresses, use_awaitable);
  beast::get_lowest_layer(stream).socket().set_option(tcp::no_delay(true));
  co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
}

// One connection to the streams, from Connect to lost().
struct Session {
  Session(asio::io_context& io, ssl::context& tls) : resolver(io), stream(io, tls) {}

  void give_up(std::string reason) {
    why = std::move(reason);
    resolver.cancel();
    beast::get_lowest_layer(stream).close();
  }

  tcp::resolver resolver;
  websocket::stream<TlsStream> stream;
  std::string why;  // it is given up; empty: it is not
};

class Runner {
 public:
  Runner(Feed& feed, const Endpoints& endpoints, const Surroundings& around)
      : feed_(feed), endpoints_(endpoints), around_(around), tls_(make_tls(endpoints.ca_file)), timer_(io_) {}

  void run() {
    feed_.start(around_.now(), out_);
    perform();
    asio::co_spawn(io_, ticks(), asio::detached);
    io_.run();
  }

 private:
  asio::awaitable<void> ticks() {
    while (!around_.stop()) {
      timer_.expires_after(tick_every);
      co_await timer_.async_wait(use_awaitable);
      const Time now = around_.now();
      feed_.tick(now, out_);
      perform();
      if (around_.tick) around_.tick(now);
    }
    stopping_ = true;
    feed_.stop(around_.now(), out_);
    perform();
    if (session_) asio::co_spawn(io_, say_goodbye(session_), asio::detached);
    timer_.expires_after(close_within);
    boost::system::error_code ignored;
    while (session_ && timer_.expiry() > std::chrono::steady_clock::now()) {
      asio::steady_timer soon(io_, milliseconds(5));
      co_await soon.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
    io_.stop();
  }

  asio::awaitable<void> say_goodbye(std::shared_ptr<Session> session) {
    boost::system::error_code ignored;
    co_await session->stream.async_close(websocket::close_code::normal, asio::redirect_error(use_awaitable, ignored));
  }

  // Messages first: what is published is what led to the actions.
  void perform() {
    const Time now = around_.now();
    for (const Message& message : out_.messages) around_.publish(message, now);
    out_.messages.clear();
    for (const Action& action : std::exchange(out_.actions, {})) {
      if (std::holds_alternative<Connect>(action)) {
        session_ = std::make_shared<Session>(io_, tls_);
        asio::co_spawn(io_, live(session_), asio::detached);
      } else if (const auto* close = std::get_if<Close>(&action)) {
        if (session_) session_->give_up(close->why);
      } else if (std::holds_alternative<Ping>(action)) {
        if (session_) asio::co_spawn(io_, ping(session_), asio::detached);
      } else if (const auto* ask = std::get_if<AskSnapshot>(&action)) {
        asio::co_spawn(io_, snapshot(*ask), asio::detached);
      }
    }
  }

  asio::awaitable<void> ping(std::shared_ptr<Session> session) {
    boost::system::error_code ignored;  // a broken connection is noticed by who reads
    co_await session->stream.async_ping({}, asio::redirect_error(use_awaitable, ignored));
  }

  asio::awaitable<void> live(std::shared_ptr<Session> session) {
    std::string why;
    try {
      co_await converse(*session);
    } catch (const boost::system::system_error& error) {
      why = error.code().message();
    } catch (const std::exception& error) {
      why = error.what();
    }
    if (!session->why.empty()) why = session->why;
    if (session_ == session) session_.reset();
    if (stopping_) co_return;
    spdlog::warn("{}: connection to {}:{} lost: {}", feed_.venue().text(), endpoints_.stream_host, endpoints_.stream_port, why);
    feed_.lost(why, around_.now(), out_);
    perform();
  }

  asio::awaitable<void> converse(Session& session) {
    auto& stream = session.stream;
    co_await open(stream.next_layer(), session.resolver, endpoints_.stream_host, endpoints_.stream_port);
    stream.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(http::field::user_agent, user_agent);
    }));
    stream.read_message_max(feed_.rules().frame_bytes_max);
    stream.control_callback([this](websocket::frame_type, beast::string_view) { feed_.heard(around_.now()); });
    const std::string host = endpoints_.stream_host + ":" + std::to_string(endpoints_.stream_port);
    co_await stream.async_handshake(host, stream_target(feed_.products()), use_awaitable);
    feed_.connected(around_.now(), out_);
    perform();
    beast::flat_buffer buffer;
    while (session.why.empty()) {
      co_await stream.async_read(buffer, use_awaitable);
      const auto bytes = buffer.data();
      feed_.text({static_cast<const char*>(bytes.data()), bytes.size()}, around_.now(), out_);
      buffer.consume(buffer.size());
      perform();
    }
  }

  asio::awaitable<void> snapshot(AskSnapshot ask) {
    http::response_parser<http::string_body> answer;
    std::string why;
    try {
      co_await fetch(feed_.products()[ask.product], answer);
    } catch (const boost::system::system_error& error) {
      why = error.code().message();
    } catch (const std::exception& error) {
      why = error.what();
    }
    const Time now = around_.now();
    const auto& response = answer.get();
    const unsigned status = why.empty() ? response.result_int() : 0;
    if (status == 200) {
      feed_.snapshot(ask.request, response.body(), now, out_);
    } else {
      const auto header = why.empty() ? response[http::field::retry_after] : beast::string_view();
      std::int64_t retry_after_s = 0;
      std::from_chars(header.data(), header.data() + header.size(), retry_after_s);
      spdlog::warn("{}: no snapshot of {}: {}", feed_.venue().text(), feed_.products()[ask.product].symbol,
                   why.empty() ? "HTTP " + std::to_string(status) : why);
      feed_.snapshot_failed(ask.request, status, retry_after_s, now);
    }
    perform();
  }

  asio::awaitable<void> fetch(const ProductStreams& product, http::response_parser<http::string_body>& answer) {
    TlsStream stream(io_, tls_);
    tcp::resolver resolver(io_);
    beast::get_lowest_layer(stream).expires_after(milliseconds(feed_.rules().snapshot_within_ms));
    co_await open(stream, resolver, endpoints_.rest_host, endpoints_.rest_port);
    http::request<http::empty_body> request{http::verb::get, snapshot_target(product, feed_.rules().snapshot_levels), 11};
    request.set(http::field::host, endpoints_.rest_host);
    request.set(http::field::user_agent, user_agent);
    co_await http::async_write(stream, request, use_awaitable);
    answer.body_limit(feed_.rules().snapshot_bytes_max);
    beast::flat_buffer buffer;
    co_await http::async_read(stream, buffer, answer, use_awaitable);
  }

  Feed& feed_;
  const Endpoints endpoints_;
  const Surroundings& around_;
  asio::io_context io_{1};
  ssl::context tls_;
  asio::steady_timer timer_;
  std::shared_ptr<Session> session_;
  bool stopping_ = false;
  Output out_;
};

}  // namespace

void run_feed(Feed& feed, const Endpoints& endpoints, const Surroundings& around) { Runner(feed, endpoints, around).run(); }

}  // namespace tally::binance
