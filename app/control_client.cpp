#include "app/control_client.hpp"

#include <boost/json.hpp>

#include "app/exit_code.hpp"

namespace tally {
namespace json = boost::json;

std::optional<ControlClient> ControlClient::connect(const std::filesystem::path& path, int patience_seconds) {
  auto socket = LineSocket::connect(path);
  if (!socket) return std::nullopt;
  if (patience_seconds > 0) socket->give_up_after(patience_seconds);
  ControlClient client(std::move(*socket));
  try {
    client.ask({{"op", "ping"}});
  } catch (const CommandFailed& failed) {
    if (failed.code == exit_busy) return std::nullopt;
    throw;
  }
  return client;
}

json::object ControlClient::ask(const json::object& request) {
  try {
    json::object about = request;
    if (account_) about["account"] = *account_;
    socket_.write_line(json::serialize(about));
    const auto line = socket_.read_line(LineSocket::line_max);
    if (!line) throw SocketError("the node went away");
    json::object answer = json::parse(*line).as_object();
    if (!answer.at("ok").as_bool())
      throw CommandFailed(static_cast<ExitCode>(answer.at("code").to_number<int>()), std::string(answer.at("error").as_string()));
    return answer;
  } catch (const SocketError& error) {
    throw CommandFailed(exit_busy, error.what());
  } catch (const boost::system::system_error&) {
    throw CommandFailed(exit_failed, "the node answered what is no JSON");
  }
}

}  // namespace tally
