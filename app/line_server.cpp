#include "app/line_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <system_error>

namespace tally {

LineServer::LineServer(LineSocket listener, Options options, Serve serve)
    : options_(std::move(options)),
      serve_(std::move(serve)),
      listener_(std::move(listener)),
      acceptor_([this] { accept_all(); }) {}

LineServer::~LineServer() {
  stopping_ = true;
  listener_.shut_down();
  acceptor_.join();
  sweep(true);
}

void LineServer::accept_all() {
  while (!stopping_) {
    pollfd ready{listener_.fd(), POLLIN, 0};
    if (::poll(&ready, 1, 1'000) <= 0) continue;
    const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (!stopping_) std::this_thread::sleep_for(std::chrono::milliseconds(10));  // out of descriptors: it stays ready
      continue;
    }
    LineSocket socket(fd);
    socket.give_up_after(options_.idle_seconds);
    sweep(false);
    try {
      admit(std::move(socket));
    } catch (const SocketError&) {  // it went away before it was told
    }
  }
}

void LineServer::admit(LineSocket socket) {
  std::lock_guard lock(mutex_);
  if (options_.refusal)
    if (const std::string refusal = options_.refusal(socket.fd()); !refusal.empty()) return socket.write_line(refusal);
  if (connections_.size() >= options_.connections_max) return socket.write_line(options_.full);
  Connection& connection = connections_.emplace_back();
  connection.socket = std::move(socket);
  try {
    connection.thread = std::thread([this, &connection] { serve(connection); });
  } catch (const std::system_error&) {   // the system has no thread to give: as good as too many
    LineSocket refused = std::move(connection.socket);
    connections_.pop_back();
    refused.write_line(options_.full);
  }
}

void LineServer::serve(Connection& connection) {
  try {
    serve_(connection.socket);
  } catch (const SocketError&) {  // it went away
  }
  connection.socket.shut_down();
  connection.done = true;
}

// Joins connections that are done; `all` ends the others first.
void LineServer::sweep(bool all) {
  std::lock_guard lock(mutex_);
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (all) it->socket.shut_down();
    if (!all && !it->done) {
      ++it;
      continue;
    }
    it->thread.join();
    it = connections_.erase(it);
  }
}

}  // namespace tally
