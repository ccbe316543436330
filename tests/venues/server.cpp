#include "tests/venues/server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace tally::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

namespace {

// A whole text frame as the server side writes it: not masked.
std::string frame_of(std::string_view text) {
  std::string frame = "\x81";
  const auto add = [&](std::size_t size, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift & 0xFF);
  };
  if (text.size() < 126) {
    add(text.size(), 1);
  } else if (text.size() < 65'536) {
    frame += static_cast<char>(126);
    add(text.size(), 2);
  } else {
    frame += static_cast<char>(127);
    add(text.size(), 8);
  }
  return frame + std::string(text);
}

class Session : public StreamSession {
 public:
  Session(TlsStream&& tls, std::string target) : stream_(std::move(tls)), target_(std::move(target)) {}

  void accept(const http::request<http::string_body>& request) { stream_.accept(request); }

  const std::string& target() const override { return target_; }
  void send(std::string_view text) override { stream_.write(asio::buffer(text)); }
  void send_first_half(std::string_view text) override {
    const std::string frame = frame_of(text);
    raw(std::string_view(frame).substr(0, frame.size() / 2));
  }
  void send_in_pieces(std::string_view text, std::size_t pieces, int pause_ms) override {
    const std::string frame = frame_of(text);
    const std::size_t size = frame.size() / pieces + 1;
    for (std::size_t at = 0; at < frame.size(); at += size) {
      raw(std::string_view(frame).substr(at, size));
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    }
  }
  void drop() override { beast::get_lowest_layer(stream_).socket().close(); }
  void serve_until_closed() override {
    beast::flat_buffer buffer;
    beast::error_code error;
    while (!error) {
      stream_.read(buffer, error);
      buffer.consume(buffer.size());
    }
  }
  bool client_says_nothing_for(int ms) override {
    // The socket alone: what the client writes stays unread, and only its end is looked for.
    pollfd gone{beast::get_lowest_layer(stream_).socket().native_handle(), POLLRDHUP, 0};
    return ::poll(&gone, 1, ms) == 0;
  }

 private:
  void raw(std::string_view bytes) { asio::write(stream_.next_layer(), asio::buffer(bytes)); }

  websocket::stream<TlsStream> stream_;
  std::string target_;
};

}  // namespace

struct VenueServer::State {
  State(const HostCertificate& certificate, OnStream stream, OnRest rest)
      : tls(ssl::context::tls_server), on_stream(std::move(stream)), on_rest(std::move(rest)) {
    tls.use_certificate(asio::buffer(certificate.certificate), ssl::context::pem);
    tls.use_private_key(asio::buffer(certificate.key), ssl::context::pem);
    acceptor.open(tcp::v4());
    acceptor.bind({asio::ip::make_address("127.0.0.1"), 0});
    acceptor.listen();
    port = acceptor.local_endpoint().port();
    accepting = std::thread([this] { accept(); });
  }

  ~State() {
    stopping = true;
    ::shutdown(acceptor.native_handle(), SHUT_RDWR);  // wakes accept()
    accepting.join();
    {
      std::lock_guard held(mutex);
      for (const int socket : open) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& client : clients) client.join();
  }

  void accept() {
    while (!stopping) {
      boost::system::error_code error;
      tcp::socket socket(io);
      acceptor.accept(socket, error);
      if (error || stopping) break;
      clients.emplace_back([this, accepted = std::move(socket)]() mutable {
        const int number = accepted.native_handle();
        {
          std::lock_guard held(mutex);
          open.insert(number);
        }
        try {
          serve(std::move(accepted), number);
        } catch (const std::exception&) {  // the client is gone
        }
        std::lock_guard held(mutex);
        open.erase(number);
      });
    }
  }

  // What is closed may be another connection's number soon.
  struct Listed {
    State& state;
    int number;
    ~Listed() {
      std::lock_guard held(state.mutex);
      state.open.erase(number);
    }
  };

  void serve(tcp::socket&& socket, int number) {
    TlsStream stream(std::move(socket), tls);
    boost::system::error_code error;
    stream.handshake(ssl::stream_base::server, error);
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    if (!error) http::read(stream, buffer, request, error);
    if (error) {
      ++refused;
      return;
    }
    const std::string target(request.target());
    if (websocket::is_upgrade(request)) {
      Session session(std::move(stream), target);
      const Listed listed{*this, number};  // ends before the session closes its socket
      session.accept(request);
      on_stream(session, ++streams);
      return;
    }
    const Answer answer = on_rest(target, ++requests);
    http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.body() = answer.body;
    response.prepare_payload();
    http::write(stream, response, error);
    const Listed listed{*this, number};
  }

  asio::io_context io;
  ssl::context tls;
  OnStream on_stream;
  OnRest on_rest;
  tcp::acceptor acceptor{io};
  std::uint16_t port = 0;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> streams{0}, requests{0}, refused{0};
  std::mutex mutex;
  std::set<int> open;
  std::thread accepting;
  std::vector<std::thread> clients;  // of the accepting thread, until it has ended
};

VenueServer::VenueServer(const HostCertificate& certificate, OnStream on_stream, OnRest on_rest)
    : state_(std::make_unique<State>(certificate, std::move(on_stream), std::move(on_rest))) {}
VenueServer::~VenueServer() = default;

std::uint16_t VenueServer::port() const { return state_->port; }
std::size_t VenueServer::streams() const { return state_->streams; }
std::size_t VenueServer::rest_requests() const { return state_->requests; }
std::size_t VenueServer::refused_handshakes() const { return state_->refused; }
bool VenueServer::stopping() const { return state_->stopping; }

}  // namespace tally::test
