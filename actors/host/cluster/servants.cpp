#include "actors/host/cluster/servants.hpp"

#include <openssl/err.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/interfaces.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/openssl/all.hpp>
#include <caf/openssl/session.hpp>
#include <map>
#include <mutex>

namespace tally::cluster {
namespace {

constexpr auto handshake_patience = std::chrono::milliseconds(1'500);

using caf::io::network::default_multiplexer;
using caf::io::network::native_socket;
using caf::io::network::rw_state;

// Who does not get in tries again: one line a minute and address, and not more addresses than one can read.
class RefusalsSaid {
 public:
  bool lately(const std::string& address) {
    const auto now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    std::erase_if(said_, [&](const auto& entry) { return entry.second < now - std::chrono::minutes(1); });
    return said_.size() >= addresses_max || !said_.emplace(address, now).second;
  }

 private:
  static constexpr std::size_t addresses_max = 20;
  std::mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> said_;
};

void say_refused(const std::string& address, const std::string& why) {
  static RefusalsSaid said;
  if (!said.lately(address)) spdlog::warn("cluster: no TLS with {}: {}", address, why);
}

std::string address_of(native_socket fd) {
  const auto found = caf::io::network::remote_addr_of_fd(fd);
  return found ? *found : "somebody";
}

// Of this thread's last failure in OpenSSL.
std::string tls_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return reason ? reason : "a certificate is missing, not accepted or over, or the other end speaks no TLS";
}

// CAF has these for its own sockets only, and keeps them to itself.
class TlsPolicy {
 public:
  TlsPolicy(caf::openssl::session_ptr session, std::string address) : session_(std::move(session)), address_(std::move(address)) {}

  // CAF leaves `result` as it was where nothing was read or written, and its stream then adds it up. And an error of another
  // connection, left in this thread's queue, would be taken for one of ours.
  rw_state read_some(std::size_t& result, native_socket fd, void* to, std::size_t size) {
    result = 0;
    ERR_clear_error();
    const rw_state state = session_->read_some(result, fd, to, size);
    // With TLS 1.3 the dialing end learns only here that its certificate is not accepted.
    if (state == rw_state::failure && !heard_) say_refused(address_, tls_reason());
    heard_ = heard_ || result > 0 || state == rw_state::failure;
    return state;
  }
  rw_state write_some(std::size_t& result, native_socket fd, const void* from, std::size_t size) {
    result = 0;
    ERR_clear_error();
    return session_->write_some(result, fd, from, size);
  }
  bool must_read_more(native_socket fd, std::size_t threshold) { return session_->must_read_more(fd, threshold); }

 private:
  caf::openssl::session_ptr session_;
  std::string address_;
  bool heard_ = false;
};

class TlsScribe : public caf::io::scribe {
 public:
  TlsScribe(default_multiplexer& multiplexer, native_socket fd, caf::openssl::session_ptr session, std::string address)
      : scribe(caf::io::connection_handle::from_int(fd)), stream_(multiplexer, fd, std::move(session), std::move(address)) {}

  void configure_read(caf::io::receive_policy::config config) override {
    stream_.configure_read(config);
    if (!std::exchange(launched_, true)) stream_.start(this);
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

// The whole handshake, in the calling thread. CAF's own way, within its loop, turns that loop into a busy one until the other
// end has answered, which somebody who only connects never does. Throws SocketError.
caf::io::scribe_ptr tls_scribe(caf::actor_system& system, Socket socket, bool accepted) {
  const std::string address = address_of(socket.fd());
  const auto fail = [&](const std::string& why) -> SocketError {
    say_refused(address, why);
    return SocketError("no TLS: " + why);
  };
  socket.block_at_most(handshake_patience);
  ERR_clear_error();
  auto session = caf::openssl::make_session(system, socket.fd(), accepted);
  if (!session) throw fail(tls_reason());
  // CAF does not say whether it is done. A read of nothing does: it goes on with a handshake that is not.
  std::size_t none = 0;
  const rw_state state = session->read_some(none, socket.fd(), nullptr, 0);
  if (state == rw_state::failure) throw fail(tls_reason());
  if (state == rw_state::success) throw fail("the handshake is not answered");
  socket.never_block();
  return caf::make_counted<TlsScribe>(multiplexer_of(system), socket.release(), std::move(session), address);
}

class TlsDoorman : public caf::io::network::doorman_impl {
 public:
  using doorman_impl::doorman_impl;

  // Strangers are many, threads are not: beyond greeted_max connections that did not say who they are, others are closed.
  bool new_connection() override {
    auto accepted = std::make_shared<Socket>(acceptor_.accepted_socket());
    if (detached()) return false;
    if (greeted_.load() >= greeted_max) {
      say_refused(address_of(accepted->fd()), "too many connections whose handshake is not over");
      return true;
    }
    ++greeted_;
    const caf::intrusive_ptr<TlsDoorman> self(this);
    auto& system = parent()->system();
    system.spawn<caf::detached>([self, &system, accepted] {
      self->greet(system, std::move(*accepted));
      --self->greeted_;
    });
    return true;
  }

 private:
  static constexpr int greeted_max = 16;

  void greet(caf::actor_system& system, Socket accepted) {
    caf::io::scribe_ptr scribe;
    try {
      scribe = tls_scribe(system, std::move(accepted), true);
    } catch (const SocketError&) {
      return;   // said already
    } catch (const std::exception& error) {
      // Certificates are read for each connection: while they are replaced, or gone, this one is refused, and we live.
      spdlog::warn("cluster: a connection was not accepted: {}", error.what());
      return;
    }
    auto& multiplexer = multiplexer_of(system);
    multiplexer.post([self = caf::intrusive_ptr<TlsDoorman>(this), scribe, &multiplexer] {
      if (self->detached()) return;
      const auto handle = scribe->hdl();
      self->parent()->add_scribe(scribe);
      self->doorman::new_connection(&multiplexer, handle);
    });
  }

  std::atomic<int> greeted_ = 0;
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
