#include "actors/host/cluster/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace tally::cluster {
namespace {

// A connection whose other end is silent below us (cable, sleep, roaming) is closed by the kernel after this.
constexpr unsigned lost_after_ms = 6'000;
constexpr int keep_alive_idle_s = 2, keep_alive_every_s = 1, keep_alive_probes = 4;
constexpr int backlog = 64;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string reason(int error) { return std::strerror(error); }

Addresses resolved(const Address& address, bool to_listen) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0);
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (failure != 0) throw SocketError(text_of(address) + ": " + gai_strerror(failure));
  return Addresses(list);
}

bool is_loopback(const addrinfo& address) {
  if (address.ai_family == AF_INET)
    return (ntohl(reinterpret_cast<const sockaddr_in*>(address.ai_addr)->sin_addr.s_addr) >> 24) == 127;
  if (address.ai_family == AF_INET6) return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address.ai_addr)->sin6_addr);
  return false;
}

void set(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

// Accepted sockets have what their listener has.
void prepare(int fd) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(lost_after_ms));
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_every_s);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
}

// 0, or an errno.
int connect_within(int fd, const addrinfo& address, std::chrono::milliseconds patience) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd wanted{fd, POLLOUT, 0};
    const int ready = poll(&wanted, 1, left > 0 ? static_cast<int>(left) : 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return ETIMEDOUT;
    int failure = 0;
    socklen_t size = sizeof failure;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    return failure;
  }
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Socket Socket::duplicate() const { return Socket(fcntl(fd_, F_DUPFD_CLOEXEC, 0)); }

void Socket::block_at_most(std::chrono::milliseconds patience) const {
  timeval time{};
  time.tv_sec = patience.count() / 1'000;
  time.tv_usec = patience.count() % 1'000 * 1'000;
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
}
void Socket::never_block() const { fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK); }

void Socket::shut_down() const { ::shutdown(fd_, SHUT_RDWR); }

Socket connected(const Address& address, std::chrono::milliseconds patience, bool loopback_only) {
  const Addresses list = resolved(address, false);
  std::string trouble = "no address";
  for (const addrinfo* at = list.get(); at; at = at->ai_next) {
    if (loopback_only && !is_loopback(*at)) {
      trouble = "is not on this machine, and without certificates nothing leaves it";
      continue;
    }
    Socket socket(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.fd() < 0) {
      trouble = reason(errno);
      continue;
    }
    prepare(socket.fd());
    const int failure = connect_within(socket.fd(), *at, patience);
    if (failure == 0) return socket;
    trouble = reason(failure);
  }
  throw SocketError("cannot be reached: " + trouble);
}

Socket listening(const Address& address, bool loopback_only) {
  const Addresses list = resolved(address, true);
  for (const addrinfo* at = list.get(); at; at = at->ai_next)
    if (loopback_only && !is_loopback(*at))
      throw SocketError("refuses to listen on " + text_of(address) + " without certificates: only on a loopback address; see `tally certs`");
  std::string trouble = "no address";
  for (const addrinfo* at = list.get(); at; at = at->ai_next) {
    Socket socket(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.fd() >= 0) {
      set(socket.fd(), SOL_SOCKET, SO_REUSEADDR, 1);
      prepare(socket.fd());
      if (::bind(socket.fd(), at->ai_addr, at->ai_addrlen) == 0 && ::listen(socket.fd(), backlog) == 0) return socket;
    }
    trouble = reason(errno);
  }
  throw SocketError("cannot listen on " + text_of(address) + ": " + trouble);
}

std::uint16_t port_of(const Socket& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace tally::cluster
