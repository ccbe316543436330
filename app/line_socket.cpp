#include "app/line_socket.hpp"

#include <fcntl.h>
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
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &pause, sizeof pause);
}

void LineSocket::shut_down() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

void LineSocket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace tally
