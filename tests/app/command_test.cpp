// The programs as processes, on data directories of their own: what people and scripts see.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "app/control_client.hpp"
#include "app/exit_code.hpp"
#include "messages/json.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"
#include "tests/ended.hpp"

using namespace tally;
namespace json = boost::json;

namespace {

class Shell {
 public:
  // `arguments` as a shell takes them; --data is added.
  Ended tally(const std::string& arguments) const { return run(arguments + " --data " + data().string()); }
  Ended run(const std::string& arguments) const { return plain(arguments + " --profile " TALLY_SOURCE_DIR "/cfg/default.yaml"); }
  Ended plain(const std::string& arguments) const { return run_command(TALLY_BINARY_DIR "/tally " + arguments, directory_.path()); }

  std::filesystem::path data() const { return directory_.path() / "data"; }
  const std::filesystem::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

// tallyd on a data directory, until the test is over.
class Daemon {
 public:
  explicit Daemon(const Shell& shell) : data_(shell.data()) {
    const std::string program = TALLY_BINARY_DIR "/tallyd";
    const std::string data = data_.string();
    const char* arguments[] = {program.c_str(), "--data", data.c_str(), "--profile", TALLY_SOURCE_DIR "/cfg/default.yaml", nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
    REQUIRE(posix_spawn(&pid_, program.c_str(), &actions, nullptr, const_cast<char**>(arguments), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 1'000 && !ControlClient::connect(data_ / "node.sock"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    REQUIRE(ControlClient::connect(data_ / "node.sock"));
  }
  ~Daemon() {
    if (pid_ > 0) end(SIGKILL);
  }

  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // One minute's bars, as a feed brings them.
  void show(std::int64_t minute, const char* btc) {
    BarObserved bar;
    bar.product = ProductId("BTC-USD");
    bar.open = bar.high = bar.low = bar.close = Price::parse(btc);
    bar.volume = Quantity::parse("100");
    bar.opened_at = {(1'704'153'600 + 60 * minute) * ns_per_s};
    bar.closed_at = bar.opened_at + 60 * ns_per_s;
    auto client = ControlClient::connect(data_ / "node.sock");
    client->ask({{"op", "show"}, {"source", "test"}, {"bars", json::array{to_json(Message(bar))}}});
  }

 private:
  std::filesystem::path data_;
  pid_t pid_ = -1;
};

void one_line_of_error(const Ended& ended, int code) {
  CAPTURE(ended.out, ended.err);
  REQUIRE(ended.code == code);
  REQUIRE(ended.err.rfind("tally: ", 0) == 0);
  REQUIRE(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("Commands that cannot be understood or done say why in one line and end with their own code") {
  const Shell shell;
  struct Row {
    std::string arguments;
    int code;
    const char* says;
  };
  std::ofstream(shell.path() / "bad.yaml") << "account: 1\n";
  std::ofstream(shell.path() / "weights.csv") << "subscription,weight\na,6\na,6\n";
  const std::string data = " --data " + shell.data().string();
  const Row rows[] = {
      {"nonsense", exit_usage, "nonsense"},
      {"", exit_usage, "subcommand"},
      {"signal send --source s --product P" + data, exit_usage, "--direction"},
      {"signal send --source s --product P --direction up" + data, exit_usage, "up"},
      {"signal send --source 'a b' --product P --direction long" + data, exit_usage, "--source"},
      {"signal send --source s --product P --direction long --stop 1e-2" + data, exit_usage, "--stop"},
      {"investor deposit ada ten" + data, exit_usage, "AMOUNT"},
      {"statement" + data, exit_not_found, "no journal in"},
      {"trace sub#1" + data, exit_not_found, "no journal in"},
      {"journal verify" + data, exit_not_found, "no journal in"},
      {"statement --profile " + (shell.path() / "bad.yaml").string() + data + "x", exit_not_found, "no journal"},
      {"investor deposit ada 10 --profile " + (shell.path() / "bad.yaml").string() + data, exit_usage, "bad.yaml:1:10: account must be a mapping"},
      {"schema NoSuchMessage", exit_not_found, "NoSuchMessage"},
      {"split --quantity 1 --step 1 --fill-id x --weights /nowhere.csv", exit_usage, "/nowhere.csv"},
      {"split --quantity 1 --step 1 --fill-id x --weights " + (shell.path() / "weights.csv").string(), exit_usage, "'a' is listed twice"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    const Ended ended = shell.plain(row.arguments);
    one_line_of_error(ended, row.code);
    REQUIRE(ended.err.find(row.says) != std::string::npos);
  }
}

TEST_CASE("Every command explains itself") {
  const Shell shell;
  for (const char* command :
       {"", "signal", "signal send", "signal list", "subscription add", "subscription change", "subscription list", "investor deposit",
        "investor withdraw", "investor statement", "statement", "trace", "tree", "order list", "risk show", "risk set", "risk halt", "risk rearm",
        "reconcile", "drift list", "drift resolve", "entity show", "entity resume", "entity quarantine", "entity fail", "journal verify", "journal stat", "journal tail", "journal export", "journal import",
        "replay", "schema", "split", "run", "scenario run", "scenario list"}) {
    CAPTURE(command);
    const Ended ended = shell.plain(std::string(command) + " --help");
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out.size() > 100);
  }
}

TEST_CASE("The split of 10 and 11 lots over 6, 6 and 2 takes nothing back") {
  const Shell shell;
  const auto file = shell.path() / "weights.csv";
  std::ofstream(file) << "subscription,weight\na,6\nb,6\nc,2\n";
  const auto lots = [&](int quantity) {
    const Ended ended = shell.plain("split --step 1 --fill-id f --json --weights " + file.string() + " --quantity " + std::to_string(quantity));
    REQUIRE(ended.code == 0);
    std::vector<int> shares;
    const json::value answer = ended.parsed();
    for (const json::value& row : answer.at("allocations").as_array()) shares.push_back(std::stoi(std::string(row.at("quantity").as_string())));
    return shares;
  };
  const auto ten = lots(10);
  const auto eleven = lots(11);
  REQUIRE(ten[0] + ten[1] + ten[2] == 10);
  REQUIRE(eleven[0] + eleven[1] + eleven[2] == 11);
  for (std::size_t i = 0; i < 3; ++i) REQUIRE(eleven[i] >= ten[i]);
}

TEST_CASE("Without a node, commands open the data directory for a moment, and a retry prints the first answer") {
  const Shell shell;
  const Ended first = shell.tally("investor deposit ada 1000 --key d-1 --json");
  CAPTURE(first.err);
  REQUIRE(first.code == 0);
  REQUIRE_FALSE(first.parsed().at("repeated").as_bool());

  const Ended again = shell.tally("investor deposit ada 1000 --key d-1 --json");
  REQUIRE(again.code == 0);
  REQUIRE(again.parsed().at("repeated").as_bool());
  REQUIRE(again.parsed().at("entries") == first.parsed().at("entries"));

  one_line_of_error(shell.tally("investor deposit ada 1001 --key d-1"), exit_denied);
  one_line_of_error(shell.tally("investor withdraw ada 5000"), exit_denied);
  one_line_of_error(shell.tally("investor deposit ada 0.001"), exit_denied);

  const json::value statement = shell.tally("statement --json").parsed();
  REQUIRE(statement.at("investors").as_array().size() == 1);
  REQUIRE(statement.at("investors").at(0).at("unallotted").as_string() == "1000");
  REQUIRE(statement.at("conservation").at("holds").as_bool());
  one_line_of_error(shell.tally("investor statement nobody"), exit_not_found);
}

TEST_CASE("Every command does its work through a running node, and the journal tells it all afterwards") {
  const Shell shell;
  Daemon daemon(shell);
  daemon.show(1, "42000.01");
  REQUIRE(shell.tally("investor deposit ada 100000").code == 0);
  REQUIRE(shell.tally("subscription add ada-1 --investor ada --source trend --product BTC-USD --capital 50000 --risk 0.02 --leverage 2").code == 0);
  REQUIRE(shell.tally("subscription allot ada-1 1000").code == 0);
  REQUIRE(shell.tally("subscription change ada-1 --loss-max 900").code == 0);
  one_line_of_error(shell.tally("subscription change nobody-1 --risk 0.1"), exit_not_found);
  one_line_of_error(shell.tally("subscription add ada-1 --investor ada --source trend --product BTC-USD --capital 1 --risk 0.02 --leverage 2"), exit_denied);
  const Ended sent = shell.tally("signal send --source trend --product BTC-USD --direction long --stop 0.03 --json");
  CAPTURE(sent.out, sent.err);
  REQUIRE(sent.code == 0);
  REQUIRE(sent.out.find("OrderCommanded") != std::string::npos);
  one_line_of_error(shell.tally("signal send --source trend --product NO-SUCH --direction long --stop 0.03"), exit_denied);
  REQUIRE(shell.tally("order list --json --open").parsed().as_array().size() == 1);
  daemon.show(2, "42100.07");
  daemon.show(3, "42150.03");
  const json::value orders = shell.tally("order list --json").parsed();
  REQUIRE(orders.as_array().size() == 1);
  REQUIRE(orders.at(0).at("status").as_string() == "filled");

  REQUIRE(shell.tally("signal list --json").parsed().as_array().size() == 1);
  const json::value listed = shell.tally("subscription list --json").parsed();
  REQUIRE(listed.at(0).at("terms").at("loss_max").as_string() == "900");
  REQUIRE(listed.at(0).at("position").as_string() != "0");
  const Ended trace = shell.tally("trace 'ada-1#1' --json");
  REQUIRE(trace.parsed().at("operator_flag").as_string() == "done");
  REQUIRE(shell.tally("trace --all").out.find("ada-1#1") != std::string::npos);
  one_line_of_error(shell.tally("trace 'ada-1#99'"), exit_not_found);
  one_line_of_error(shell.tally("trace"), exit_usage);

  REQUIRE(shell.tally("tree --json").parsed().at("running").as_bool());
  REQUIRE(shell.tally("tree").out.find("subscription/ada-1") != std::string::npos);
  one_line_of_error(shell.tally("entity resume subscription/nobody"), exit_not_found);
  REQUIRE(shell.tally("entity show subscription/ada-1 --json").parsed().at("investor").as_string() == "ada");
  REQUIRE(shell.tally("entity show simulated_exchange/venue/paper").out.find("positions") != std::string::npos);
  one_line_of_error(shell.tally("entity show subscription/nobody"), exit_not_found);
  one_line_of_error(shell.tally("entity quarantine robot/x 1 --cause y"), exit_usage);

  REQUIRE(shell.tally("risk set positionMax=7 --by grace").code == 0);
  REQUIRE(shell.tally("risk show").out.find("positionMax") != std::string::npos);
  REQUIRE(shell.tally("risk show --json").parsed().at("limits").at("position_max").as_string() == "7");
  one_line_of_error(shell.tally("risk set positionMaximum=7"), exit_usage);
  REQUIRE(shell.tally("risk halt --reason drill --by grace").code == 0);
  const Ended asked = shell.tally("risk rearm --reason over --by grace");
  REQUIRE(asked.out.find("--confirm 1") != std::string::npos);
  REQUIRE_FALSE(shell.tally("risk show --json").parsed().at("halts").as_object().empty());
  one_line_of_error(shell.tally("risk rearm --confirm 99 --by grace"), exit_denied);
  REQUIRE(shell.tally("risk rearm --confirm 1 --by grace").code == 0);
  REQUIRE(shell.tally("risk show --json").parsed().at("halts").as_object().empty());

  REQUIRE(shell.tally("reconcile --json").parsed().at("clean").as_bool());
  REQUIRE(shell.tally("drift list --json").parsed().as_array().empty());
  one_line_of_error(shell.tally("drift resolve 1 --reason x"), exit_denied);
  REQUIRE(shell.tally("subscription release ada-1 10").code == 0);
  REQUIRE(shell.tally("investor withdraw ada 49010").code == 0);
  REQUIRE(shell.tally("journal tail --count 3").code == 0);
  REQUIRE(shell.tally("journal verify --json").parsed().at("sound").as_bool());
  REQUIRE(shell.tally("replay --verify").code == 0);

  REQUIRE(daemon.end(SIGTERM) == 0);
  REQUIRE_FALSE(std::filesystem::exists(shell.data() / "node.sock"));
  REQUIRE(std::filesystem::exists(shell.data() / "log" / "node.log"));
  const json::value statement = shell.tally("statement --json").parsed();
  REQUIRE(statement.at("conservation").at("holds").as_bool());
  REQUIRE(statement.at("investors").at(0).at("withdrawals").as_string() == "49010");
  REQUIRE_FALSE(shell.tally("tree --json").parsed().at("running").as_bool());
  REQUIRE(shell.tally("replay --verify --json").parsed().at(0).at("equal").as_bool());
  REQUIRE(shell.tally("journal stat --json").parsed().at("types").at("OrderFilled").as_int64() >= 1);
  const std::string out = (shell.path() / "export").string();
  REQUIRE(shell.tally("journal export " + out + " --zstd").code == 0);
  one_line_of_error(shell.tally("journal export " + out), exit_failed);
  REQUIRE(shell.run("journal import " + out + " --data " + (shell.path() / "other").string()).code == 0);
  REQUIRE(shell.run("statement --json --data " + (shell.path() / "other").string()).out == shell.tally("statement --json").out);
  one_line_of_error(shell.tally("journal import " + out), exit_failed);
  // Only --data: the profile was kept beside the journal.
  REQUIRE(shell.plain("investor deposit ada 1 --data " + shell.data().string()).code == 0);
}

TEST_CASE("An entity that fails too often stops, waits for an operator's word, and nothing of it is lost") {
  const Shell shell;
  Daemon daemon(shell);
  REQUIRE(shell.tally("investor deposit ada 100").code == 0);
  one_line_of_error(shell.tally("entity fail investor/nobody"), exit_not_found);
  REQUIRE(shell.tally("entity fail investor/ada --times 1").code == 0);
  REQUIRE(shell.tally("investor deposit ada 10").code == 0);  // restarted under way
  REQUIRE(shell.tally("entity fail investor/ada --times 3").code == 0);
  REQUIRE(shell.tally("investor deposit ada 20").code == 0);  // recorded; the entity stopped on it
  REQUIRE(shell.tally("tree").out.find("stopped") != std::string::npos);
  REQUIRE(shell.tally("investor deposit ada 1 --json").code == 0);  // waits behind it
  REQUIRE(shell.tally("entity resume investor/ada --by grace").code == 0);
  REQUIRE(shell.tally("statement --json").parsed().at("investors").at(0).at("unallotted").as_string() == "131");

  REQUIRE(shell.tally("entity fail investor/ada --times 3").code == 0);
  const Ended poison = shell.tally("investor deposit ada 500 --json");
  REQUIRE(poison.code == 0);
  const auto input = std::to_string(poison.parsed().at("offset").as_int64());
  REQUIRE(shell.tally("investor deposit ada 4").code == 0);  // waits behind it
  one_line_of_error(shell.tally("entity quarantine investor/ada 1 --cause mistaken"), exit_not_found);
  REQUIRE(shell.tally("entity quarantine investor/ada " + input + " --cause poison --by grace").code == 0);
  REQUIRE(shell.tally("entity resume investor/ada --by grace").code == 0);
  REQUIRE(shell.tally("investor deposit ada 3").code == 0);
  REQUIRE(shell.tally("statement --json").parsed().at("investors").at(0).at("unallotted").as_string() == "138");
  REQUIRE(shell.tally("replay --verify").code == 0);
}

TEST_CASE("A node that was killed comes back with what it acknowledged, and limits that an operator changed stay changed") {
  const Shell shell;
  {
    Daemon daemon(shell);
    daemon.show(1, "42000.01");
    REQUIRE(shell.tally("investor deposit ada 777").code == 0);
    REQUIRE(shell.tally("risk set positionMax=3 --by grace").code == 0);
    REQUIRE(daemon.end(SIGKILL) == -SIGKILL);
  }
  REQUIRE(shell.tally("statement --json").parsed().at("investors").at(0).at("unallotted").as_string() == "777");
  Daemon daemon(shell);
  REQUIRE(shell.tally("risk show --json").parsed().at("limits").at("position_max").as_string() == "3");
  REQUIRE(shell.tally("reconcile").code == 0);
}

TEST_CASE("A second node on the same data directory is told that one runs there") {
  const Shell shell;
  Daemon daemon(shell);
  const std::string command = TALLY_BINARY_DIR "/tallyd --data " + shell.data().string() + " --profile " TALLY_SOURCE_DIR "/cfg/default.yaml 2> " + (shell.path() / "err").string();
  const int status = std::system(command.c_str());
  REQUIRE(WEXITSTATUS(status) == exit_busy);
  REQUIRE(content_of(shell.path() / "err").find("already") != std::string::npos);
}

TEST_CASE("A profile of another account is refused on a data directory that has one") {
  const Shell shell;
  REQUIRE(shell.tally("investor deposit ada 1").code == 0);
  std::string other = content_of(TALLY_SOURCE_DIR "/cfg/default.yaml");
  other.replace(other.find("account: demo"), 13, "account: demi");
  std::ofstream(shell.path() / "other.yaml") << other;
  const Ended ended = shell.plain("investor deposit ada 1 --data " + shell.data().string() + " --profile " + (shell.path() / "other.yaml").string());
  one_line_of_error(ended, exit_usage);
  REQUIRE(ended.err.find("'demo'") != std::string::npos);
  REQUIRE(shell.plain("investor deposit ada 1 --data " + shell.data().string()).code == 0);  // the right one was kept
}
