// The sockets that CAF is given: connected and accepted by us, so that a dead host is given up in seconds and a name that is
// not found blocks nobody else.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "actors/host/cluster/session/hello.hpp"

namespace tally::cluster {

struct SocketError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Owns a file descriptor.
class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket();
  Socket(Socket&& other) noexcept : fd_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;

  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  Socket duplicate() const;
  void block_at_most(std::chrono::milliseconds patience) const;   // each read and write, from now on
  void never_block() const;
  void shut_down() const;   // both directions, for all duplicates

 private:
  int fd_;
};

// Both throw SocketError with one line. `loopback_only`: refuses addresses that leave this machine.
Socket connected(const Address& address, std::chrono::milliseconds patience, bool loopback_only);
Socket listening(const Address& address, bool loopback_only);

std::uint16_t port_of(const Socket& socket);

}  // namespace tally::cluster
