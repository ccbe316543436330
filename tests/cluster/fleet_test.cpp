// Several accounts on one set of nodes: each is led, hosted, handed over and taken over by itself.
#include <spdlog/spdlog.h>

#include <future>

#include "tests/cluster/fleet.hpp"

using namespace tally;

namespace {

using Keys = std::vector<std::string>;

bool has_everywhere(const Fleet& fleet, const std::string& account, const Keys& keys) {
  for (const auto& node : fleet.nodes())
    if (node->up() && Fleet::deposits(*node, account) != keys) return false;
  return true;
}

}  // namespace

TEST_CASE("Accounts are led by different nodes, and each of them goes on when one node falls") {
  spdlog::set_level(spdlog::level::warn);
  Fleet fleet({"one", "two", "three"});
  fleet.lead("one", fleet[0], "a");
  fleet.lead("two", fleet[1], "b");
  fleet.lead("three", fleet[2], "c");
  for (const char* account : {"one", "two", "three"})  // by way of any node
    for (std::size_t at = 0; at < 3; ++at) fleet[at].ask(Fleet::deposit(account, std::string(account) + std::to_string(at)));
  CHECK_FALSE(fleet[0].hosts("two"));

  fleet[2].fall();
  for (const char* account : {"one", "two", "three"}) fleet[0].ask(Fleet::deposit(account, std::string(account) + "-after"));
  CHECK(fleet[0].hosts("one"));
  CHECK(fleet[1].hosts("two"));
  CHECK(&fleet.await_host("three") != &fleet[2]);
  fleet[2].start();
  for (const char* account : {"one", "two", "three"}) {
    const std::string name = account;
    CHECK(eventually([&] { return has_everywhere(fleet, name, {name + "0", name + "1", name + "2", name + "-after"}); }));
  }
}

TEST_CASE("A command that names no account, or none that is here, is refused with what there is") {
  spdlog::set_level(spdlog::level::warn);
  Fleet fleet({"one", "two"});
  json::object request = Fleet::deposit("one", "d");
  request.erase("account");
  CHECK(fleet[1].refusal(request) == "several accounts are here, say which with --account: one, two");
  CHECK(fleet[1].refusal(Fleet::deposit("three", "d")) == "there is no account 'three' here; there is one, two");
  CHECK(fleet[1].refusal({{"op", "cluster_transfer"}, {"to", "c"}}) == "several accounts are here, say which with --account: one, two");
  CHECK(fleet[1].refusal({{"op", "cluster_transfer"}, {"to", "nobody"}, {"all", true}}) == "no node 'nobody' is known");
  const json::object ping = fleet[1].ask({{"op", "ping"}});
  CHECK(ping.at("accounts").as_array().size() == 2);
  CHECK_FALSE(ping.contains("account"));
  CHECK(fleet[1].ask({{"op", "ping"}, {"account", "two"}}).at("account").as_string() == "two");

  fleet[0].ask({{"op", "cluster_transfer"}, {"to", "c"}, {"all", true}});
  CHECK(&fleet.await_host("one") == &fleet[2]);
  CHECK(&fleet.await_host("two") == &fleet[2]);
}

TEST_CASE("An account that is added while the cluster runs is one, whoever is asked at the same time, and who was down has it later") {
  spdlog::set_level(spdlog::level::warn);
  Fleet fleet({"one"});
  const std::string late = fleet.profile("late");
  std::vector<std::future<bool>> asked;
  for (std::size_t at = 0; at < 3; ++at)
    asked.push_back(std::async(std::launch::async, [&, at] {
      return fleet[at].ask({{"op", "account_add"}, {"profile", late}}).at("added").as_bool();
    }));
  int added = 0;
  for (auto& one : asked) added += one.get();
  CHECK(added == 1);
  fleet.await_voters("late");
  fleet[1].ask(Fleet::deposit("late", "d1"));
  CHECK(fleet[0].refusal({{"op", "account_add"}, {"profile", late + "\n# other\n"}}) ==
        "the account 'late' is in this cluster already, with another profile");
  CHECK(fleet[0].refusal({{"op", "cluster_promote"}, {"node", "b"}, {"duty", "witness"}}) ==
        "'b' is a voter already, and stays one: let it leave, and join with an empty directory as the other");
  CHECK(fleet[0].refusal({{"op", "account_add"}, {"profile", read_file(TALLY_SOURCE_DIR "/cfg/default.yaml")}}) ==
        "the venue of a cluster's account is outside of it: the profile must name venue.address");

  fleet[2].stop();
  fleet[0].ask({{"op", "account_add"}, {"profile", fleet.profile("third")}});
  fleet[0].ask(Fleet::deposit("third", "d1"));
  CHECK(fleet[1].ask({{"op", "cluster_accounts"}}).at("accounts").as_array().size() == 3);
  fleet[2].start();
  CHECK(eventually([&] { return has_everywhere(fleet, "third", {"d1"}) && has_everywhere(fleet, "late", {"d1"}); }));
  fleet.lead("third", fleet[2], "c");
  fleet[0].ask(Fleet::deposit("third", "d2"));

  for (const auto& node : fleet.nodes()) node->stop();
  for (const auto& node : fleet.nodes()) node->start();
  for (const char* account : {"one", "late", "third"}) fleet[0].ask(Fleet::deposit(account, "again"));
  CHECK(eventually([&] { return has_everywhere(fleet, "third", {"d1", "d2", "again"}); }));
}

TEST_CASE("A node hands over all its accounts when it stops, and a commander hears nothing of it") {
  spdlog::set_level(spdlog::level::warn);
  Fleet fleet({"one", "two", "three", "four"});
  for (const char* account : {"one", "two", "three", "four"}) fleet.lead(account, fleet[0], "a");
  fleet[0].stop();
  for (const char* account : {"one", "two", "three", "four"}) {
    fleet[1].ask(Fleet::deposit(account, "d"));
    CHECK(&fleet.await_host(account) != &fleet[0]);
  }
}

TEST_CASE("A node that is about to stop hosts nothing that is handed to it, and two that stop at once both end") {
  spdlog::set_level(spdlog::level::warn);
  Fleet fleet({"one", "two"});
  fleet.lead("one", fleet[0], "a");
  fleet[1].step_aside();
  fleet[0].refusal({{"op", "cluster_transfer"}, {"account", "one"}, {"to", "b"}});
  CHECK(eventually([&] { return fleet[0].hosts("one") || fleet[2].hosts("one"); }));
  CHECK_FALSE(fleet[1].hosts("one"));
  fleet[2].ask(Fleet::deposit("one", "d"));
  auto other = std::async(std::launch::async, [&] { fleet[0].stop(); });
  fleet[2].stop();
  other.get();
}

TEST_CASE("An account whose profile cannot be used holds up no other") {
  spdlog::set_level(spdlog::level::off);
  Fleet fleet({"one", "two"});
  fleet.lead("one", fleet[0], "a");
  fleet.lead("two", fleet[0], "a");
  for (const auto& node : fleet.nodes()) write_file_atomically(node->data().account_profile(Symbol("two")), "account: nonsense\n");
  fleet[0].fall();
  fleet[0].start();
  fleet[1].ask(Fleet::deposit("one", "d"));
  CHECK(fleet[1].refusal(Fleet::deposit("two", "d")).starts_with("NO_LEADER: no node leads 'two' at present"));
  write_file_atomically(fleet[1].data().account_profile(Symbol("two")), fleet.profile("two"));  // put right by hand, where it runs
  fleet.lead("two", fleet[1], "b");
  fleet[2].ask(Fleet::deposit("two", "d"));
}

TEST_CASE("Whoever waits for an account whose majority falls is told so, and the account goes on when it is back") {
  spdlog::set_level(spdlog::level::off);
  Fleet fleet({"one"});
  fleet.lead("one", fleet[0], "a");
  std::atomic<int> given{0};
  auto told = std::async(std::launch::async, [&] {  // on and on, so that one is on its way when nobody is left to commit it
    for (;; ++given) {
      const std::string said = fleet[0].refusal(Fleet::deposit("one", "d" + std::to_string(given)));
      if (said.starts_with("NO_LEADER") || said.starts_with("UNKNOWN")) return said;
    }
  });
  REQUIRE(eventually([&] { return given > 3; }));
  fleet[1].fall();
  fleet[2].fall();
  CHECK_FALSE(told.get().empty());
  for (const std::size_t at : {1, 2}) fleet[at].start();
  const std::string last = "d" + std::to_string(given);
  fleet[1].ask(Fleet::deposit("one", last));  // the same key: whether it was done already, it is done once
  CHECK(eventually([&] {
    const Keys keys = Fleet::deposits(fleet[1], "one");
    return std::count(keys.begin(), keys.end(), "d0") == 1 && std::count(keys.begin(), keys.end(), last) > 0;
  }));
}
