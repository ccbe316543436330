// The other end of ControlServer: asks a running node.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "app/line_socket.hpp"

namespace tally {

class ControlClient {
 public:
  // nullopt where no node answers a ping there. `patience_seconds`: of every answer, that one included; 0: for ever.
  static std::optional<ControlClient> connect(const std::filesystem::path& socket, int patience_seconds = 0);

  // What is asked from here on is about that account; none: the node's only one.
  void about(std::optional<std::string> account) { account_ = std::move(account); }

  // Throws CommandFailed with the node's code and words where it answers "ok": false, or where it went away.
  boost::json::object ask(const boost::json::object& request);

 private:
  explicit ControlClient(LineSocket socket) : socket_(std::move(socket)) {}

  LineSocket socket_;
  std::optional<std::string> account_;
};

}  // namespace tally
