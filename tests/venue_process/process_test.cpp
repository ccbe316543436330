// A venue as a real process: killed and started again, nothing that it said is lost and nothing is traded twice.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "app/account_node.hpp"
#include "app/exit_code.hpp"
#include "app/venue/bar_shower.hpp"
#include "app/venue/venue_process.hpp"
#include "persistence/atomic_file.hpp"
#include "tests/ended.hpp"
#include "tests/venue_process/venue_at_home.hpp"

using namespace tally;

namespace {

class RunningVenue {
 public:
  RunningVenue(std::filesystem::path data, const std::string& listen) : data_{std::move(data)} {
    std::error_code gone;
    std::filesystem::remove(venue_address_file(data_), gone);
    pid_ = ::fork();
    if (pid_ == 0) {
      const std::string program = TALLY_BINARY_DIR "/tally";
      ::freopen("/dev/null", "w", stdout);
      ::execl(program.c_str(), "tally", "venue", "run", "--data", data_.path.c_str(), "--listen", listen.c_str(), "--profile",
              TALLY_SOURCE_DIR "/cfg/default.yaml", nullptr);
      ::_exit(127);
    }
    REQUIRE(eventually([&] { return std::filesystem::exists(venue_address_file(data_)); }));
    address = read_file(venue_address_file(data_));
  }
  ~RunningVenue() { end(SIGTERM); }
  int end(int signal) {
    if (pid_ <= 0) return 0;
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

  std::string address;

 private:
  DataDirectory data_;
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("A venue that is killed goes on where its journal ends: accepted orders fill once, and the history is whole") {
  TemporaryDirectory directory;
  const DataDirectory data{directory.path() / "venue"};
  std::string address;
  {
    RunningVenue venue(data.path, "127.0.0.1:0");
    address = venue.address;
    RawClient client(address, login_of("a"));
    client.say(venue_protocol::Send{1, order_of("o-1", "2")});
    REQUIRE(client.next<venue_protocol::Taken>()->accepted);
    const BarObserved bar = bar_of(1);
    BarShower(address).show({&bar, 1}, "test");
    REQUIRE(WTERMSIG(venue.end(SIGKILL)) == SIGKILL);
    REQUIRE_FALSE(client.next<venue_protocol::Failed>());  // the connection just ends
  }
  RunningVenue venue(data.path, address);
  RawClient client(address, login_of("a", 0));
  client.say(venue_protocol::Send{1, order_of("o-1", "2")});  // somebody who forgot that it was answered
  REQUIRE(client.next<venue_protocol::Taken>()->accepted);
  const BarObserved bar = bar_of(2);
  BarShower(address).show({&bar, 1}, "test");
  VenueAudit audit = audit_of(data);  // while it runs
  CHECK(audit.executions.size() == 1);
  CHECK(audit.orders.front().arrivals == 2);
  CHECK(audit.logins == 2);
  CHECK(WEXITSTATUS(venue.end(SIGTERM)) == 0);
  CHECK(to_json_text(audit_of(data)) == to_json_text(audit));  // and after its end
}

TEST_CASE("An account goes on with its venue when that comes back after a kill") {
  TemporaryDirectory directory;
  const DataDirectory data{directory.path() / "venue"};
  auto venue = std::make_unique<RunningVenue>(data.path, "127.0.0.1:0");
  const std::string address = venue->address;
  Profile profile = venue_test_profile();
  profile.venue_reach.address = address;
  const auto journal = std::make_shared<MemoryJournal>();
  AccountNode node(profile, journal, "a");
  const auto compared = [&] {
    std::size_t count = 0;
    for_each_entry(*journal, Symbol("demo"), 1, journal->committed(Symbol("demo")), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* done = std::get_if<ReconciliationCompleted>(&event.body)) count += done->clean;
    });
    return count;
  };
  REQUIRE(eventually([&] { return compared() >= 1; }));
  venue->end(SIGKILL);
  venue = std::make_unique<RunningVenue>(data.path, address);
  REQUIRE(eventually([&] { return compared() >= 2; }));
  const BarObserved bar = bar_of(3);
  BarShower(address).show({&bar, 1}, "test");
  REQUIRE(eventually([&] { return node.market().mark(ProductId("SPY")).has_value(); }));
}

TEST_CASE("A venue listens on this machine only, unless it is told that it may be heard by others") {
  TemporaryDirectory directory;
  const std::string tally = TALLY_BINARY_DIR "/tally venue ";
  const std::string data = " --data " + (directory.path() / "v").string();
  const Ended refused =
      run_command(tally + "run --listen 0.0.0.0:0 --profile " TALLY_SOURCE_DIR "/cfg/default.yaml" + data, directory.path());
  CHECK(refused.code == exit_usage);
  CHECK(refused.err.find("--unencrypted-simulated") != std::string::npos);
  CHECK(run_command(tally + "audit" + data, directory.path()).code == exit_not_found);
  CHECK(run_command(tally + "bars --bars SPY=generate:1:1" + data, directory.path()).code == exit_not_found);
}
