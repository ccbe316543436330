#include "actors/host/cluster/servants.hpp"

#include <spdlog/spdlog.h>

#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/interfaces.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/openssl/all.hpp>
#include <caf/openssl/session.hpp>

namespace tally::cluster {
namespace {

using caf::io::network::default_multiplexer;
using caf::io::network::native_socket;
using caf::io::network::rw_state;

// CAF has these three for its own sockets only, and keeps them to itself.
class TlsPolicy {
 public:
  explicit TlsPolicy(caf::openssl::session_ptr session) : session_(std::move(session)) {}
  rw_state read_some(std::size_t& result, native_socket fd, void* to, std::size_t size) { return session_->read_some(result, fd, to, size); }
  rw_state write_some(std::size_t& result, native_socket fd, const void* from, std::size_t size) {
    return session_->write_some(result, fd, from, size);
  }
  bool must_read_more(native_socket fd, std::size_t threshold) { return session_->must_read_more(fd, threshold); }

 private:
  caf::openssl::session_ptr session_;
};

class TlsScribe : public caf::io::scribe {
 public:
  TlsScribe(default_multiplexer& multiplexer, native_socket fd, caf::openssl::session_ptr session)
      : scribe(caf::io::connection_handle::from_int(fd)), stream_(multiplexer, fd, std::move(session)) {}

  void configure_read(caf::io::receive_policy::config config) override {
    stream_.configure_read(config);
    if (std::exchange(launched_, true)) return;
    stream_.start(this);
    // The handshake may have to write before there is anything to be written.
    stream_.force_empty_write(this);
  }
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  void flush() override { stream_.flush(this); }
  std::string addr() const override {
    const auto found = caf::io::network::remote_addr_of_fd(stream_.fd());
    return found ? *found : std::string();
  }
  std::uint16_t port() const override {
    const auto found = caf::io::network::remote_port_of_fd(stream_.fd());
    return found ? *found : std::uint16_t{0};
  }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

 private:
  bool launched_ = false;
  caf::io::network::stream_impl<TlsPolicy> stream_;
};

default_multiplexer& multiplexer_of(caf::actor_system& system) { return static_cast<default_multiplexer&>(system.middleman().backend()); }

caf::io::scribe_ptr tls_scribe(caf::actor_system& system, Socket socket, bool accepted) {
  auto session = caf::openssl::make_session(system, socket.fd(), accepted);
  if (!session) return nullptr;
  return caf::make_counted<TlsScribe>(multiplexer_of(system), socket.release(), std::move(session));
}

class TlsDoorman : public caf::io::network::doorman_impl {
 public:
  using doorman_impl::doorman_impl;

  bool new_connection() override {
    Socket accepted(acceptor_.accepted_socket());
    if (detached()) return false;
    auto& backend = acceptor_.backend();
    caf::io::network::nonblocking(accepted.fd(), true);
    caf::io::scribe_ptr scribe;
    try {
      scribe = tls_scribe(parent()->system(), std::move(accepted), true);
    } catch (const std::exception& error) {
      // Certificates are read for each connection: while they are replaced, or gone, this one is refused, and we live.
      spdlog::warn("cluster: a connection was not accepted: {}", error.what());
    }
    if (!scribe) return false;
    const auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    return doorman::new_connection(&backend, handle);
  }
};

}  // namespace

caf::io::scribe_ptr scribe_of(caf::actor_system& system, Socket socket, bool secure) {
  auto& multiplexer = multiplexer_of(system);
  if (!secure) return multiplexer.new_scribe(socket.release());
  return tls_scribe(system, std::move(socket), false);
}

caf::io::doorman_ptr doorman_of(caf::actor_system& system, Socket socket, bool secure) {
  auto& multiplexer = multiplexer_of(system);
  if (!secure) return multiplexer.new_doorman(socket.release());
  return caf::make_counted<TlsDoorman>(multiplexer, socket.release());
}

}  // namespace tally::cluster
