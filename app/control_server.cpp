#include "app/control_server.hpp"

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

LineServer::Options control_options() {
  LineServer::Options options;
  options.connections_max = ControlServer::connections_max;
  options.idle_seconds = ControlServer::idle_seconds;
  options.refusal = [](int fd) { return same_user(fd) ? std::string() : failure(exit_failed, "this node belongs to another user"); };
  options.full = failure(exit_refused, "BUSY: too many connections at once");
  return options;
}

}  // namespace

ControlServer::ControlServer(const std::filesystem::path& socket, Operations operations)
    : path_(socket),
      operations_(std::move(operations)),
      server_(LineSocket::listen(socket), control_options(), [this](LineSocket& connection) { serve(connection); }) {}

// Nobody finds it from here on; the server's own end follows.
ControlServer::~ControlServer() { ::unlink(path_.c_str()); }

void ControlServer::serve(LineSocket& socket) const {
  try {
    while (const auto line = socket.read_line(request_max)) socket.write_line(answer(*line));
  } catch (const SocketError& error) {
    socket.write_line(failure(exit_usage, error.what()));
  }
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

}  // namespace tally
