#include "app/line_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tally {
namespace {

[[noreturn]] void fail(const std::string& what) { throw SocketError(what + ": " + std::strerror(errno)); }

// sockaddr_un holds 107 characters; by way of the open directory a path may be longer.
struct Address {
  explicit Address(const std::filesystem::path& path)
      : directory(::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const std::string name = "/proc/self/fd/" + std::to_string(directory) + "/" + path.filename().string();
    body.sun_family = AF_UNIX;
    if (name.size() >= sizeof body.sun_path) throw SocketError("the socket's name is too long: " + path.filename().string());
    std::memcpy(body.sun_path, name.c_str(), name.size() + 1);
  }
  ~Address() {
    if (directory >= 0) ::close(directory);
  }
  Address(const Address&) = delete;
  Address& operator=(const Address&) = delete;

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&body); }

  int directory;
  sockaddr_un body{};
};

struct HostAndPort {
  std::string host;
  std::string port;
};

HostAndPort host_and_port(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size())
    throw SocketError("'" + address + "' is not HOST:PORT");
  HostAndPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host.size() > 2 && parts.host.front() == '[' && parts.host.back() == ']')
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  if (parts.port.find_first_not_of("0123456789") != std::string::npos || parts.port.size() > 5 || std::stoul(parts.port) > 65'535)
    throw SocketError("'" + address + "' has no port between 0 and 65535");
  return parts;
}

// What a name resolves to; the first of it is taken.
struct Resolved {
  explicit Resolved(const std::string& address) {
    const HostAndPort parts = host_and_port(address);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    if (const int error = ::getaddrinfo(parts.host.c_str(), parts.port.c_str(), &hints, &list); error != 0)
      throw SocketError("'" + address + "': " + ::gai_strerror(error));
  }
  ~Resolved() { ::freeaddrinfo(list); }
  Resolved(const Resolved&) = delete;
  Resolved& operator=(const Resolved&) = delete;

  addrinfo* list = nullptr;
};

void send_at_once(int fd) {
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int new_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("cannot make a socket");
  return fd;
}

}  // namespace

LineSocket::LineSocket(LineSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), rest_(std::move(other.rest_)) {}

LineSocket& LineSocket::operator=(LineSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(rest_, other.rest_);
  return *this;
}

std::optional<LineSocket> LineSocket::connect(const std::filesystem::path& path) {
  const Address address(path);
  if (address.directory < 0) return std::nullopt;
  LineSocket socket(new_socket());
  if (::connect(socket.fd_, address.raw(), sizeof(sockaddr_un)) != 0) return std::nullopt;
  return socket;
}

LineSocket LineSocket::listen(const std::filesystem::path& path) {
  const Address address(path);
  LineSocket socket(new_socket());
  ::unlink(path.c_str());
  const mode_t before = ::umask(0177);
  const int bound = ::bind(socket.fd_, address.raw(), sizeof(sockaddr_un));
  ::umask(before);
  if (bound != 0) fail("cannot listen on " + path.string());
  if (::listen(socket.fd_, 16) != 0) fail("cannot listen on " + path.string());
  return socket;
}

std::optional<LineSocket> LineSocket::connect_tcp(const std::string& address, int within_seconds) {
  const Resolved resolved(address);
  LineSocket socket(::socket(resolved.list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.fd_ < 0) fail("cannot make a socket");
  socket.give_up_writing_after(within_seconds);  // bounds connect(), too
  if (::connect(socket.fd_, resolved.list->ai_addr, resolved.list->ai_addrlen) != 0) return std::nullopt;
  send_at_once(socket.fd_);
  return socket;
}

LineSocket LineSocket::listen_tcp(const std::string& address) {
  const Resolved resolved(address);
  LineSocket socket(::socket(resolved.list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.fd_ < 0) fail("cannot make a socket");
  const int yes = 1;
  ::setsockopt(socket.fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  send_at_once(socket.fd_);  // inherited by what it accepts
  if (::bind(socket.fd_, resolved.list->ai_addr, resolved.list->ai_addrlen) != 0 || ::listen(socket.fd_, 64) != 0)
    fail("cannot listen on " + address);
  return socket;
}

std::string LineSocket::local_address() const {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size) != 0 ||
      ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    throw SocketError("the socket has no address");
  return (bound.ss_family == AF_INET6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + port;
}

std::optional<std::string> LineSocket::read_line(std::size_t length_max) {
  std::size_t searched = 0;
  for (;;) {
    if (const auto end = rest_.find('\n', searched); end != std::string::npos && end <= length_max) {
      std::string line = rest_.substr(0, end);
      rest_.erase(0, end + 1);
      return line;
    }
    if (rest_.size() > length_max) throw SocketError("a line longer than " + std::to_string(length_max) + " bytes");
    searched = rest_.size();
    char piece[65'536];
    const ssize_t count = ::recv(fd_, piece, sizeof piece, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    rest_.append(piece, static_cast<std::size_t>(count));
  }
}

void LineSocket::write_line(std::string line) {
  line += '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t count = ::send(fd_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("the other side went away");
    sent += static_cast<std::size_t>(count);
  }
}

void LineSocket::give_up_after(int idle_seconds) {
  const timeval pause{idle_seconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
  give_up_writing_after(idle_seconds);
}

void LineSocket::give_up_writing_after(int seconds) {
  const timeval pause{seconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &pause, sizeof pause);
}

void LineSocket::cut_off_after(std::chrono::milliseconds time) {
  const timeval pause{time.count() / 1'000, static_cast<suseconds_t>(time.count() % 1'000 * 1'000)};
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &pause, sizeof pause);
  const auto acknowledged_within = static_cast<unsigned>(time.count());
  ::setsockopt(fd_, IPPROTO_TCP, TCP_USER_TIMEOUT, &acknowledged_within, sizeof acknowledged_within);
  const linger forget{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &forget, sizeof forget);
}

void LineSocket::shut_down() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

void LineSocket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool is_loopback(const std::string& address) {
  const Resolved resolved(address);
  for (const addrinfo* one = resolved.list; one; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      if ((ntohl(reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr.s_addr) >> 24) != 127) return false;
    } else if (one->ai_family != AF_INET6 ||
               !IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr)) {
      return false;
    }
  }
  return true;
}

}  // namespace tally
