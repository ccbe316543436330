// Lets other processes of this user talk to a running node: one JSON object a line, one answer a line, on <data>/node.sock.
//
//   {"op": "ping"}  ->  {"ok": true, ...}      {"op": "nonsense"}  ->  {"ok": false, "code": 2, "error": "..."}
//
// Bounds: a request of at most 1 MiB, 16 connections at once (one more is told so and closed), a minute of silence.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>

#include "app/line_server.hpp"

namespace tally {

class ControlServer {
 public:
  static constexpr std::size_t request_max = std::size_t{1} << 20;
  static constexpr std::size_t connections_max = 16;
  static constexpr int idle_seconds = 60;

  // Answers one request; what it throws becomes the error (CommandFailed with its code).
  using Operation = std::function<boost::json::object(const boost::json::object& request)>;
  using Operations = std::map<std::string, Operation, std::less<>>;

  // Serves from now on, on threads of its own. Throws SocketError.
  ControlServer(const std::filesystem::path& socket, Operations operations);
  ~ControlServer();  // ends every connection, removes the socket
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  void serve(LineSocket& socket) const;
  std::string answer(const std::string& line) const;

  std::filesystem::path path_;
  Operations operations_;
  LineServer server_;
};

}  // namespace tally
