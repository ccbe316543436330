// Journals of three nodes, each with a RocksDB of its own, over a network in this process.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "persistence/leadership_lost.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/recovery.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/verify.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"
#include "tests/replication/loopback.hpp"

using namespace tally;
using namespace tally::samples;
using namespace std::chrono_literals;

namespace {

const Symbol account("acct-1");

struct LoopbackNode {
  LoopbackNode(LoopbackNetwork& its_network, std::filesystem::path where, bool founds) : network(its_network), directory(std::move(where)) {
    start();
    if (founds) journal->found(account);
  }
  ~LoopbackNode() { stop(); }

  void start() {
    id = replication::node_identity(directory);
    transport = std::make_unique<LoopbackTransport>(network, id);
    RocksDbOptions options;
    options.disk_reserve_bytes = 0;
    options.replication.transport = transport.get();
    options.replication.tick = 5ms;
    options.replication.core.heartbeat = 40'000'000;
    options.replication.core.election_min = 200'000'000;
    options.replication.core.election_spread = 150'000'000;
    options.replication.core.log_bytes_kept = 8'000;  // what is older comes from disk
    options.replication.lease.duration = 140'000'000;
    options.replication.lease.send_max = 20'000'000;
    journal = std::make_unique<RocksDbJournal>(directory, options);
    transport->start();
  }
  void stop() {
    journal.reset();
    transport.reset();
  }
  bool up() const { return journal != nullptr; }

  LoopbackNetwork& network;
  std::filesystem::path directory;
  NodeId id = 0;
  std::unique_ptr<LoopbackTransport> transport;
  std::unique_ptr<RocksDbJournal> journal;
};

template <class Condition>
bool comes_true(Condition condition, std::chrono::seconds patience = 20s) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

struct LoopbackCluster {
  LoopbackNetwork network;
  TemporaryDirectory root;
  std::vector<std::unique_ptr<LoopbackNode>> nodes;

  explicit LoopbackCluster(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(i == 0);
  }
  LoopbackNode& add(bool founds) {
    nodes.push_back(std::make_unique<LoopbackNode>(network, root.path() / std::to_string(nodes.size()), founds));
    return *nodes.back();
  }

  LoopbackNode* leader() {
    for (const auto& node : nodes) {
      if (!node->up()) continue;
      try {
        node->journal->take_over(account);
        return node.get();
      } catch (const JournalError&) {
      }
    }
    return nullptr;
  }
  LoopbackNode& await_leader() {
    LoopbackNode* found = nullptr;
    REQUIRE(comes_true([&] { return (found = leader()) != nullptr; }));
    return *found;
  }
  void change(const consensus::Change& change) {
    REQUIRE(comes_true([&] {
      LoopbackNode* at = leader();
      if (!at) return false;
      const auto refusal = at->journal->change(account, change);
      return refusal == consensus::Refusal::none || refusal == consensus::Refusal::already_member || refusal == consensus::Refusal::already_voter;
    }));
  }
  void grow_to_voters() {
    for (const auto& node : nodes) {
      if (node == nodes.front()) continue;
      change({consensus::Change::Kind::add_learner, node->id, false, false});
      change({consensus::Change::Kind::promote, node->id, false, false});
    }
  }
  // Appends until `last` is committed, at whoever leads.
  void commit_up_to(Offset last) {
    REQUIRE(comes_true([&] {
      LoopbackNode* at = leader();
      if (!at) return false;
      try {
        append_up_to(*at->journal, account, last);
        at->journal->wait_committed(account, last);
        return true;
      } catch (const LeadershipLost&) {
        return false;
      }
    }));
  }
  void await_everywhere(Offset last) {
    for (const auto& node : nodes)
      if (node->up()) REQUIRE(comes_true([&] { return node->journal->committed(account) >= last; }));
  }
  void check_equal(Offset last) {
    for (const auto& node : nodes) {
      if (!node->up()) continue;
      Offset next = 1;
      for_each_entry(*node->journal, account, 1, last, [&](const Entry& entry) {
        REQUIRE(entry.offset == next);
        REQUIRE(stored(entry) == stored(entry_at(account, next)));
        ++next;
      });
      REQUIRE(next == last + 1);
    }
  }
};

}  // namespace

TEST_CASE("A founder leads alone; nodes learn, vote, and all have the same entries") {
  LoopbackCluster cluster(3);
  cluster.commit_up_to(50);
  cluster.grow_to_voters();
  cluster.commit_up_to(200);
  cluster.await_everywhere(200);
  cluster.check_equal(200);
  for (const auto& node : cluster.nodes) {
    node->stop();
    CHECK(verify(node->directory).sound());
  }
}

TEST_CASE("What was committed outlives a leader that falls, and the fallen one follows when it is back") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(100);
  LoopbackNode& first = cluster.await_leader();
  first.stop();
  cluster.commit_up_to(150);
  CHECK(&cluster.await_leader() != &first);
  first.start();
  cluster.commit_up_to(180);
  cluster.await_everywhere(180);
  cluster.check_equal(180);
}

TEST_CASE("A leader that is cut off commits nothing, may not act, and its entries give way to others'") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(20);
  LoopbackNode& old = cluster.await_leader();
  REQUIRE(comes_true([&] { return old.journal->may_act(account); }));
  cluster.network.cut(old.id);
  const EntryPtr stray = std::make_shared<const Entry>(entry_at(account, 21, 3));  // not what the others will have there
  old.journal->append(account, 21, std::span(&stray, 1));
  CHECK_THROWS_AS(old.journal->wait_committed(account, 21), LeadershipLost);
  CHECK_FALSE(old.journal->may_act(account));
  CHECK(old.journal->committed(account) == 20);
  cluster.commit_up_to(60);
  CHECK_FALSE(old.journal->may_act(account));
  cluster.network.heal();
  cluster.await_everywhere(60);
  cluster.check_equal(60);
  old.stop();
  CHECK(verify(old.directory).sound());
}

TEST_CASE("Whoever wrote is told that its leadership is over, though it writes no more; nobody else is told anything") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  LoopbackNode& old = cluster.await_leader();
  std::map<NodeId, std::atomic<int>> told;
  for (const auto& node : cluster.nodes) {
    auto& count = told[node->id];
    node->journal->on_commit(account, [&count](Offset offset) { count += offset == 0; });
  }
  old.journal->take_over(account);
  CHECK(told[old.id] == 0);
  cluster.network.cut(old.id);
  CHECK(comes_true([&] { return told[old.id] == 1; }));
  for (const auto& node : cluster.nodes)
    if (node->id != old.id) CHECK(told[node->id] == 0);
  for (const auto& node : cluster.nodes) node->stop();   // before what they call is gone
}

TEST_CASE("Two nodes never may act at once, whoever is cut off") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  std::atomic<bool> done{false};
  std::atomic<int> both{0}, acts{0};
  std::thread watcher([&] {
    while (!done) {
      int holding = 0;
      for (const auto& node : cluster.nodes) holding += node->journal->may_act(account);
      acts += holding > 0;
      both += holding > 1;
      std::this_thread::sleep_for(1ms);
    }
  });
  Offset last = 0;
  for (int round = 0; round < 4; ++round) {
    cluster.commit_up_to(last += 10);
    LoopbackNode& leader = cluster.await_leader();
    REQUIRE(comes_true([&] { return leader.journal->may_act(account) || cluster.leader() != &leader; }));
    cluster.network.cut(leader.id);
    cluster.commit_up_to(last += 10);
    cluster.network.heal();
  }
  done = true;
  watcher.join();
  CHECK(both == 0);
  CHECK(acts > 0);
}

TEST_CASE("A node that joins late gets the whole history from a leader's disk") {
  LoopbackCluster cluster(1);
  cluster.commit_up_to(3'000);
  cluster.nodes.front()->stop();
  cluster.nodes.front()->start();
  cluster.commit_up_to(5'000);
  LoopbackNode& late = cluster.add(false);
  cluster.change({consensus::Change::Kind::add_learner, late.id, false, false});
  cluster.await_everywhere(5'000);
  cluster.change({consensus::Change::Kind::promote, late.id, false, false});
  cluster.commit_up_to(5'100);
  cluster.await_everywhere(5'100);
  cluster.check_equal(5'100);
  late.stop();
  CHECK(verify(late.directory).sound());
  late.start();
  cluster.commit_up_to(5'200);
}

TEST_CASE("Leadership is handed over, and the successor acts without waiting for the old lease") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(30);
  LoopbackNode& old = cluster.await_leader();
  REQUIRE(comes_true([&] { return old.journal->may_act(account); }));
  LoopbackNode& next = *std::find_if(cluster.nodes.begin(), cluster.nodes.end(), [&](const auto& node) { return node.get() != &old; })->get();
  REQUIRE(comes_true([&] { return old.journal->transfer(account, next.id, true) == consensus::Refusal::none; }));
  CHECK_FALSE(old.journal->may_act(account));
  REQUIRE(comes_true([&] { return &cluster.await_leader() == &next; }));
  REQUIRE(comes_true([&] { return next.journal->may_act(account); }));
  cluster.commit_up_to(40);
  cluster.await_everywhere(40);
  cluster.check_equal(40);
}

TEST_CASE("A disk that went back in time takes part again only after it has caught up") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(50);
  LoopbackNode& node = *std::find_if(cluster.nodes.begin(), cluster.nodes.end(), [&](const auto& n) { return n.get() != &cluster.await_leader(); })->get();
  node.stop();
  const auto older = cluster.root.path() / "older";
  std::filesystem::copy(node.directory, older, std::filesystem::copy_options::recursive);
  node.start();
  cluster.commit_up_to(150);
  cluster.await_everywhere(150);
  node.stop();
  // The database is the older one; its second records are those of today.
  std::filesystem::remove_all(node.directory / "data");
  std::filesystem::copy(older / "data", node.directory / "data", std::filesystem::copy_options::recursive);
  node.start();
  CHECK(comes_true([&] {
    const auto all = node.journal->replicas();
    return all.size() == 1 && all[0].suspect;
  }));
  cluster.commit_up_to(200);
  cluster.await_everywhere(200);
  cluster.check_equal(200);
  CHECK(comes_true([&] { return !node.journal->replicas().at(0).suspect; }));
}

TEST_CASE("A member of a cluster is not written while it is opened by itself") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(10);
  cluster.await_everywhere(10);
  const auto directory = cluster.nodes.front()->directory;
  for (const auto& node : cluster.nodes) node->stop();
  RocksDbOptions options;
  options.disk_reserve_bytes = 0;
  RocksDbJournal alone(directory, options);
  const EntryPtr entry = shared_entry_at(account, alone.end(account) + 1);
  CHECK_THROWS_AS(alone.append(account, entry->offset, std::span(&entry, 1)), LeadershipLost);
  CHECK_THROWS_AS(alone.take_over(account), LeadershipLost);
}

TEST_CASE("Where a majority is gone for good, one disk goes on alone, and the old side is not heard any more") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(40);
  cluster.await_everywhere(40);
  for (const auto& node : cluster.nodes) node->stop();
  LoopbackNode& survivor = *cluster.nodes[1];
  const auto recovered = replication::recover_alone(survivor.directory);
  REQUIRE(recovered.size() == 1);
  CHECK(recovered[0].generation == 2);
  CHECK(recovered[0].end == 40);
  survivor.start();
  cluster.commit_up_to(60);
  for (const std::size_t old : {0, 2}) {
    cluster.nodes[old]->start();
    CHECK(comes_true([&] { return cluster.nodes[old]->journal->replicas().at(0).role == consensus::Role::stopped; }));
  }
  cluster.commit_up_to(80);
  CHECK(survivor.journal->committed(account) == 80);
  CHECK(survivor.journal->replicas().at(0).members.size() == 1);
  survivor.stop();
  CHECK(verify(survivor.directory).sound());
}

TEST_CASE("Opened by itself, a member's disk shows what was committed, up to the last entry after a clean stop") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(25);
  cluster.await_everywhere(25);
  for (const auto& node : cluster.nodes) node->stop();
  for (const auto& node : cluster.nodes) {
    RocksDbOptions options;
    options.disk_reserve_bytes = 0;
    const RocksDbJournal alone(node->directory, options);
    CHECK(alone.committed(account) == 25);
    CHECK(alone.end(account) == 25);
  }
}

// Found by the simulated cluster: nothing of the new term could be committed before the one behind had caught up, and it was given no
// history before something was.
TEST_CASE("Whoever leads brings up to date whom its majority needs, before anything of its term is committed") {
  LoopbackCluster cluster(3);
  cluster.grow_to_voters();
  cluster.commit_up_to(10);
  LoopbackNode& leader = cluster.await_leader();
  LoopbackNode& behind = *cluster.nodes[&leader == cluster.nodes[2].get() ? 1 : 2];
  behind.stop();
  cluster.commit_up_to(600);  // far more than a leader keeps in memory
  cluster.await_leader().stop();
  behind.start();
  cluster.commit_up_to(601);
  CHECK(cluster.await_leader().journal->committed(account) >= 601);
}
