#include <sys/stat.h>

#include <boost/json.hpp>
#include <thread>

#include "app/control_client.hpp"
#include "app/control_server.hpp"
#include "app/exit_code.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;
namespace json = boost::json;

namespace {

ControlServer::Operations operations() {
  ControlServer::Operations all;
  all["ping"] = [](const json::object&) { return json::object{}; };
  all["echo"] = [](const json::object& request) { return json::object{{"said", request.at("say")}}; };
  all["deny"] = [](const json::object&) -> json::object { throw CommandFailed(exit_denied, "denied NO: because"); };
  return all;
}

int code_of(ControlClient& client, const json::object& request) {
  try {
    client.ask(request);
  } catch (const CommandFailed& failed) {
    return failed.code;
  }
  return exit_done;
}

}  // namespace

TEST_CASE("A request is answered on the connection it came on, and an error says its code and words") {
  TemporaryDirectory directory;
  ControlServer server(directory.path() / "node.sock", operations());
  auto client = ControlClient::connect(directory.path() / "node.sock");
  REQUIRE(client);
  for (int i = 0; i < 100; ++i) REQUIRE(client->ask({{"op", "echo"}, {"say", i}}).at("said").as_int64() == i);
  REQUIRE(code_of(*client, {{"op", "deny"}}) == exit_denied);
  REQUIRE(code_of(*client, {{"op", "unheard"}}) == exit_usage);
  REQUIRE(code_of(*client, {{"say", "no op"}}) == exit_usage);
  REQUIRE(client->ask({{"op", "echo"}, {"say", "still there"}}).at("said").as_string() == "still there");
}

TEST_CASE("Only this user may connect, and nothing is left behind when the node ends") {
  TemporaryDirectory directory;
  const auto path = directory.path() / "node.sock";
  {
    ControlServer server(path, operations());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    REQUIRE((status.st_mode & 0777) == 0600);
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
  REQUIRE_FALSE(ControlClient::connect(path));
}

TEST_CASE("A line that is no JSON is answered with an error, a line beyond the bound ends the connection") {
  TemporaryDirectory directory;
  ControlServer server(directory.path() / "node.sock", operations());
  auto socket = LineSocket::connect(directory.path() / "node.sock");
  REQUIRE(socket);
  socket->write_line("not json");
  REQUIRE(json::parse(*socket->read_line(1'000)).at("code").as_int64() == exit_usage);
  std::thread writer([&] {
    try {
      socket->write_line(std::string(ControlServer::request_max + 10, 'x'));
    } catch (const SocketError&) {  // closed while it was written
    }
  });
  const auto answer = socket->read_line(1'000);
  writer.join();
  REQUIRE((!answer || json::parse(*answer).at("error").as_string() == "a line longer than 1048576 bytes"));
  REQUIRE_FALSE(socket->read_line(1'000));
}

TEST_CASE("One connection more than the bound is told so, and a place that was freed is given again") {
  TemporaryDirectory directory;
  const auto path = directory.path() / "node.sock";
  ControlServer server(path, operations());
  std::vector<ControlClient> clients;
  for (std::size_t i = 0; i < ControlServer::connections_max; ++i) clients.push_back(std::move(*ControlClient::connect(path)));
  auto refused = LineSocket::connect(path);
  REQUIRE(json::parse(*refused->read_line(1'000)).at("error").as_string() == "BUSY: too many connections at once");
  clients.pop_back();
  bool again = false;
  for (int i = 0; i < 200 && !again; ++i) {
    try {
      again = ControlClient::connect(path).has_value();
    } catch (const CommandFailed&) {
    }
    if (!again) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(again);
}

TEST_CASE("A socket may lie at a path that is longer than a socket's name may be") {
  TemporaryDirectory directory;
  const auto deep = directory.path() / std::string(100, 'a') / std::string(100, 'b');
  std::filesystem::create_directories(deep);
  ControlServer server(deep / "node.sock", operations());
  REQUIRE(ControlClient::connect(deep / "node.sock"));
}
