#include "app/control_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "app/exit_code.hpp"
#include "messages/json_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

std::string failure(int code, const std::string& error) {
  return json::serialize(json::object{{"ok", false}, {"code", code}, {"error", error}});
}

bool same_user(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

ControlServer::ControlServer(const std::filesystem::path& socket, Operations operations)
    : path_(socket), operations_(std::move(operations)), listener_(LineSocket::listen(socket)), acceptor_([this] { accept_all(); }) {}

ControlServer::~ControlServer() {
  stopping_ = true;
  listener_.shut_down();
  acceptor_.join();
  sweep(true);
  ::unlink(path_.c_str());
}

void ControlServer::accept_all() {
  while (!stopping_) {
    pollfd ready{listener_.fd(), POLLIN, 0};
    if (::poll(&ready, 1, 1'000) <= 0) continue;
    const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    LineSocket socket(fd);
    socket.give_up_after(idle_seconds);
    sweep(false);
    std::lock_guard lock(mutex_);
    try {
      if (!same_user(fd)) socket.write_line(failure(exit_failed, "this node belongs to another user"));
      else if (connections_.size() >= connections_max) socket.write_line(failure(exit_refused, "too many connections at once"));
      else {
        Connection& connection = connections_.emplace_back();
        connection.socket = std::move(socket);
        connection.thread = std::thread([this, &connection] { serve(connection); });
      }
    } catch (const SocketError&) {  // it went away before it was told
    }
  }
}

void ControlServer::serve(Connection& connection) {
  try {
    while (const auto line = connection.socket.read_line(request_max)) connection.socket.write_line(answer(*line));
  } catch (const SocketError& error) {
    try {
      connection.socket.write_line(failure(exit_usage, error.what()));
    } catch (const SocketError&) {
    }
  }
  connection.socket.shut_down();
  connection.done = true;
}

std::string ControlServer::answer(const std::string& line) const {
  try {
    const json::value request = parse_json_text(line);
    const auto operation = operations_.find(std::string_view(request.at("op").as_string()));
    if (operation == operations_.end()) return failure(exit_usage, "unknown op");
    json::object answered = operation->second(request.as_object());
    answered["ok"] = true;
    return json::serialize(answered);
  } catch (const CommandFailed& failed) {
    return failure(failed.code, failed.what());
  } catch (const std::exception& error) {
    return failure(exit_usage, error.what());
  }
}

// Joins connections that are done; `all` ends the others first.
void ControlServer::sweep(bool all) {
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
