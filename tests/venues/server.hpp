// A venue of the tests' own: WebSocket and REST over TLS on one local port. A test says what it answers, and how it misbehaves.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/venues/certificates.hpp"

namespace tally::test {

// One client's stream, on a thread of its own. Each call may throw std::exception where the client is gone, which ends it.
class StreamSession {
 public:
  virtual ~StreamSession() = default;
  virtual const std::string& target() const = 0;
  virtual void send(std::string_view text) = 0;
  virtual void send_first_half(std::string_view text) = 0;  // of its frame
  virtual void send_in_pieces(std::string_view text, std::size_t pieces, int pause_ms) = 0;
  virtual void drop() = 0;                // without a word
  virtual void serve_until_closed() = 0;  // answers pings; returns when the client goes
  // Reads nothing meanwhile, so that pings are not answered. False where the client is gone.
  virtual bool client_says_nothing_for(int ms) = 0;
};

struct Answer {
  unsigned status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
};

class VenueServer {
 public:
  using OnStream = std::function<void(StreamSession&, std::size_t connection)>;  // connection: 1, 2 ...
  using OnRest = std::function<Answer(const std::string& target, std::size_t request)>;

  VenueServer(const HostCertificate& certificate, OnStream on_stream, OnRest on_rest);
  ~VenueServer();  // ends every connection

  std::uint16_t port() const;
  std::size_t streams() const;            // that were begun
  std::size_t rest_requests() const;
  std::size_t refused_handshakes() const; // clients that did not trust it
  bool stopping() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tally::test
