// Who stands, and when: a node without room, a process that stood still, candidates that meet in vain.
#include "tests/catch.hpp"
#include "tests/consensus/cluster.hpp"

using namespace tally::consensus;

namespace {

constexpr Nanoseconds longest_timeout = 400 * ms;   // of quick(): election_min + election_spread

// Only this one's clock goes, as far as it has come.
void tick(Cluster& cluster, NodeId id, Nanoseconds time) {
  cluster.now += time;
  cluster.core(id).tick(cluster.now);
  cluster.pump(id);
}

}  // namespace

TEST_CASE("Who had better not lead lets others stand, and stands where nobody else comes to lead") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  REQUIRE(cluster.leads(1));
  cluster.pass(200 * ms);
  cluster.core(2).stand_aside(true);
  cluster.crash(1);
  cluster.pass(1'500 * ms);
  CHECK(cluster.leads(3));
  for (const RoleChange& change : cluster.at(2).changes) CHECK(change.role == Role::follower);
  cluster.crash(3);
  cluster.start(1);
  cluster.core(1).stand_aside(true);   // now both had better not
  cluster.pass(4 * longest_timeout);
  CHECK(cluster.leader() == nobody);
  cluster.pass(4 * longest_timeout);
  CHECK(cluster.leader() != nobody);
}

TEST_CASE("Who had better not lead is not made to by a hand-over, and the cluster goes on under another term") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.pass(200 * ms);
  cluster.core(2).stand_aside(true);
  REQUIRE(cluster.core(1).transfer(2, false) == Refusal::none);
  cluster.pump(1);
  cluster.settle();
  CHECK_FALSE(cluster.leads(2));
  cluster.pass(2'000 * ms);
  CHECK(cluster.leader() != 2);
  CHECK(cluster.leader() != nobody);
}

TEST_CASE("A follower that stood still reads what its leader said meanwhile before it takes it for gone") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.pass(200 * ms);
  tick(cluster, 2, 3 * longest_timeout);
  CHECK(cluster.core(2).role() == Role::follower);
  CHECK(cluster.core(2).leader() == 1);
  for (int i = 0; i < 200 && cluster.core(2).role() == Role::follower; ++i) tick(cluster, 2, 10 * ms);
  CHECK(cluster.core(2).role() == Role::candidate);   // nothing had been said
}

TEST_CASE("A leader that stood still reads what was answered meanwhile before it steps down, and is not excused again and again") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.pass(200 * ms);
  cluster.passes = [](const Message&) { return false; };
  cluster.settle();
  tick(cluster, 1, 3 * longest_timeout);
  REQUIRE(cluster.leads(1));
  // From here on it stands still again and again; the next whole timeout is the end of it all the same.
  const Nanoseconds excused = cluster.now;
  while (cluster.leads(1) && cluster.now < excused + 2'000 * ms) tick(cluster, 1, 110 * ms);
  CHECK_FALSE(cluster.leads(1));
  CHECK(cluster.now <= excused + longest_timeout);
  CHECK(std::string(cluster.at(1).changes.back().why) == "no majority answers");
}

TEST_CASE("Candidates whose votes are lost spread further apart, and come together again once somebody leads") {
  Nanoseconds widest = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Cluster cluster(voters(3));
    cluster.passes = [](const Message& message) {
      const auto* reply = std::get_if<VoteReply>(&message.body);
      return !reply || reply->pre;
    };
    Term term = 0;
    Nanoseconds at = cluster.now;
    for (int step = 0; step < 1'500; ++step) {
      tick(cluster, 1, 10 * ms);
      cluster.settle();
      if (cluster.core(1).term() == term) continue;
      term = cluster.core(1).term();
      widest = std::max(widest, cluster.now - at);
      CHECK(cluster.now - at <= 200 * ms + 4 * 200 * ms + 20 * ms);
      at = cluster.now;
    }
    CHECK(term > 5);
  }
  CHECK(widest > longest_timeout + 100 * ms);
}
