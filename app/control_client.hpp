// The other end of ControlServer: asks a running node.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "app/line_socket.hpp"

namespace tally {

class ControlClient {
 public:
  // nullopt where no node answers a ping there.
  static std::optional<ControlClient> connect(const std::filesystem::path& socket);

  // Throws CommandFailed with the node's code and words where it answers "ok": false, or where it went away.
  boost::json::object ask(const boost::json::object& request);

 private:
  explicit ControlClient(LineSocket socket) : socket_(std::move(socket)) {}

  LineSocket socket_;
};

}  // namespace tally
