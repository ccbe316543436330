// The list of a cluster's accounts, and logs that several nodes found at once: journals of three nodes in this process.
#include <rapidcheck.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <thread>

#include "app/cluster/account_directory.hpp"
#include "app/exit_code.hpp"
#include "persistence/leadership_lost.hpp"
#include "persistence/replication/identity.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"
#include "tests/replication/loopback.hpp"

using namespace tally;
using namespace tally::samples;
using namespace std::chrono_literals;

namespace {

const Symbol account("acct-1");

template <class Condition>
bool comes_true(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

struct DirectoryNode {
  DirectoryNode(LoopbackNetwork& its_network, std::filesystem::path where) : network(its_network), path(std::move(where)) { start(); }

  void start() {
    id = replication::node_identity(path);
    transport = std::make_unique<LoopbackTransport>(network, id);
    RocksDbOptions options;
    options.disk_reserve_bytes = 0;
    options.replication.transport = transport.get();
    options.replication.tick = 5ms;
    options.replication.core.heartbeat = 40'000'000;
    options.replication.core.election_min = 200'000'000;
    options.replication.core.election_spread = 150'000'000;
    options.replication.lease.duration = 140'000'000;
    options.replication.lease.send_max = 20'000'000;
    options.replication.admits = [this](Symbol) {
      ++asked;
      return admits.load();
    };
    journal = std::make_unique<RocksDbJournal>(path, options);
    directory = std::make_unique<AccountDirectory>(*journal);
    transport->start();
  }
  void stop() {
    directory.reset();
    journal.reset();
    transport.reset();
  }

  LoopbackNetwork& network;
  std::filesystem::path path;
  std::atomic<bool> admits{true};
  std::atomic<int> asked{0};
  replication::NodeId id = 0;
  std::unique_ptr<LoopbackTransport> transport;
  std::unique_ptr<RocksDbJournal> journal;
  std::unique_ptr<AccountDirectory> directory;
};

struct ThreeNodes {
  LoopbackNetwork network;
  TemporaryDirectory root;
  std::vector<std::unique_ptr<DirectoryNode>> nodes;

  ThreeNodes() {
    for (const char* name : {"a", "b", "c"}) nodes.push_back(std::make_unique<DirectoryNode>(network, root.path() / name));
  }
  ~ThreeNodes() {
    for (const auto& node : nodes) node->stop();
  }
  DirectoryNode& operator[](std::size_t at) { return *nodes[at]; }

  std::vector<consensus::Member> voters() const {
    std::vector<consensus::Member> all;
    for (const auto& node : nodes) all.push_back({node->id, consensus::Duty::voter});
    return all;
  }
  void found_everywhere(Symbol shard) {
    const auto generation = replication::fresh_generation();
    for (const auto& node : nodes)
      if (node->journal) node->journal->found(shard, generation, voters());
  }
  DirectoryNode& leader(Symbol shard) {
    DirectoryNode* found = nullptr;
    REQUIRE(comes_true([&] {
      for (const auto& node : nodes) {
        try {
          if (node->journal) node->journal->take_over(shard), found = node.get();
        } catch (const JournalError&) {
        }
      }
      return found != nullptr;
    }));
    return *found;
  }
  // At whoever leads, as long as leadership is on its way.
  bool add(Symbol name, const std::string& profile) {
    for (;;) {
      try {
        return leader(AccountDirectory::shard()).directory->add(name, profile);
      } catch (const CommandFailed& failed) {
        if (!std::string_view(failed.what()).starts_with("UNKNOWN")) throw;
      }
    }
  }
};

std::string refusal_of(ThreeNodes& nodes, Symbol name, const std::string& profile) {
  try {
    nodes.add(name, profile);
  } catch (const CommandFailed& failed) {
    CHECK(failed.code == exit_refused);
    return failed.what();
  }
  return "nothing was refused";
}

std::vector<DirectoryRow> rows_of(DirectoryNode& node) {
  std::vector<DirectoryRow> rows;
  AccountDirectory(*node.journal).follow([&](const DirectoryRow& row) { rows.push_back(row); });
  return rows;
}

}  // namespace

TEST_CASE("A log that nodes found with the same words is one, led by any majority; who was down founds it later") {
  ThreeNodes nodes;
  const auto generation = replication::fresh_generation();
  const auto voters = nodes.voters();
  nodes[2].stop();
  for (const std::size_t at : {0, 1}) nodes[at].journal->found(account, generation, voters);
  RocksDbJournal* journal = nodes.leader(account).journal.get();
  append_up_to(*journal, account, 20);
  journal->wait_committed(account, 20);
  nodes[2].admits = false;  // until it founds it itself
  nodes[2].start();
  CHECK(comes_true([&] { return nodes[2].asked > 0; }));
  CHECK(nodes[2].journal->replicas().empty());
  nodes[2].journal->found(account, generation, voters);
  nodes[2].journal->found(account, generation, voters);  // again changes nothing
  CHECK(comes_true([&] { return nodes[2].journal->committed(account) == 20; }));
  for_each_entry(*nodes[2].journal, account, 1, 20,
                 [&](const Entry& entry) { CHECK(stored(entry) == stored(entry_at(account, entry.offset))); });
}

TEST_CASE("A frame about a shard that is not admitted begins nothing") {
  ThreeNodes nodes;
  nodes[1].admits = false;
  nodes[0].journal->found(account, replication::fresh_generation(), nodes.voters());
  REQUIRE(comes_true([&] { return nodes[1].asked > 0; }));
  CHECK(nodes[1].journal->replicas().empty());
}

TEST_CASE("A disk that went back to before a founding does not found and vote once more") {
  QuietLog quiet;
  ThreeNodes nodes;
  const auto generation = replication::fresh_generation();
  const auto voters = nodes.voters();
  DirectoryNode& node = nodes[1];
  node.stop();
  const auto older = nodes.root.path() / "older";
  std::filesystem::copy(node.path / "data", older, std::filesystem::copy_options::recursive);
  node.start();
  nodes[2].stop();
  for (const std::size_t at : {0, 1}) nodes[at].journal->found(account, generation, voters);
  nodes.leader(account);  // so both have voted
  node.stop();
  std::filesystem::remove_all(node.path / "data");
  std::filesystem::copy(older, node.path / "data", std::filesystem::copy_options::recursive);
  node.start();
  node.journal->found(account, generation, voters);
  CHECK(node.journal->replica(account)->suspect);
}

TEST_CASE("An account is added once, whoever leads and however often it is asked for") {
  ThreeNodes nodes;
  nodes.found_everywhere(AccountDirectory::shard());
  CHECK(nodes.add(Symbol("demo"), "profile of demo"));
  CHECK_FALSE(nodes.add(Symbol("demo"), "profile of demo"));
  CHECK(refusal_of(nodes, Symbol("demo"), "another") == "the account 'demo' is in this cluster already, with another profile");
  DirectoryNode& first = nodes.leader(AccountDirectory::shard());
  first.stop();
  CHECK_FALSE(nodes.add(Symbol("demo"), "profile of demo"));
  CHECK(nodes.add(Symbol("swing"), "profile of swing"));
  first.start();
  for (const auto& node : nodes.nodes) {
    REQUIRE(comes_true([&] { return node->journal->committed(AccountDirectory::shard()) == 2; }));
    const auto rows = rows_of(*node);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].account == Symbol("demo"));
    CHECK(rows[0].profile == "profile of demo");
    CHECK(rows[1].account == Symbol("swing"));
    CHECK(rows[0].generation == rows_of(nodes[0])[0].generation);
    CHECK(rows[0].members == nodes.voters());
  }
}

TEST_CASE("Nodes that add the same account at the same time agree on one of them") {
  ThreeNodes nodes;
  nodes.found_everywhere(AccountDirectory::shard());
  DirectoryNode& leader = nodes.leader(AccountDirectory::shard());
  std::atomic<int> added{0}, there{0}, refused{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i)
    all.emplace_back([&, profile = i % 2 == 0 ? "even" : "odd"] {
      try {
        ++(leader.directory->add(account, profile) ? added : there);
      } catch (const CommandFailed& failed) {
        if (failed.code == exit_refused) ++refused;
      }
    });
  for (std::thread& one : all) one.join();
  CHECK(added == 1);
  CHECK(there == 3);
  CHECK(refused == 4);
  CHECK(rows_of(leader).size() == 1);
}

TEST_CASE("A cluster has sixty-four accounts, and not one more") {
  ThreeNodes nodes;
  nodes.found_everywhere(AccountDirectory::shard());
  for (std::size_t i = 0; i < AccountDirectory::accounts_max; ++i) REQUIRE(nodes.add(Symbol("a" + std::to_string(i)), "p"));
  CHECK(refusal_of(nodes, Symbol("one-more"), "p") == "a cluster has 64 accounts at most");
  CHECK_FALSE(nodes.add(Symbol("a63"), "p"));
  CHECK(refusal_of(nodes, Symbol("large"), std::string(AccountDirectory::profile_bytes_max + 1, '#')) ==
        "the profile of 'large' is larger than 256 KiB");
}

TEST_CASE("A row that throws when it is taken is visited again, and those before it are not") {
  ThreeNodes nodes;
  nodes.found_everywhere(AccountDirectory::shard());
  nodes.add(Symbol("demo"), "1");
  nodes.add(Symbol("swing"), "2");
  AccountDirectory& directory = *nodes.leader(AccountDirectory::shard()).directory;
  std::vector<std::string> seen;
  bool full = true;
  const auto take = [&](const DirectoryRow& row) {
    if (full && row.profile == "2") throw std::runtime_error("no room for the profile");
    seen.push_back(row.profile);
  };
  CHECK_THROWS(directory.follow(take));
  full = false;
  directory.follow(take);
  CHECK(seen == std::vector<std::string>{"1", "2"});
}

TEST_CASE("A row is read back as it was written, and anything else is refused by name") {
  CHECK(rc::check([](std::uint64_t generation, const std::vector<std::uint64_t>& ids, const std::string& tail) {
    DirectoryRow row{Symbol("demo"), generation, {}, "account:\n  \"" + std::to_string(tail.size()) + "\"\t\\ \xc3\xb8"};
    for (const std::uint64_t id : ids) row.members.push_back({id, static_cast<consensus::Duty>(id % 3)});
    const DirectoryRow back = row_of(row_text(row));
    RC_ASSERT(back.account == row.account);
    RC_ASSERT(back.generation == row.generation);
    RC_ASSERT(back.members == row.members);
    RC_ASSERT(back.profile == row.profile);
  }));
  for (const char* text : {"", "{}", "[]", R"({"account":"demo","generation":"1","members":[],"profile":""})",
                           R"({"account":"demo","generation":"0000000000000001","members":[{"id":"0000000000000001","duty":"king"}],"profile":""})"})
    CHECK_THROWS_AS(row_of(text), JournalError);
}
