// Hand-overs, witnesses and reads.
#include "tests/catch.hpp"
#include "tests/consensus/cluster.hpp"

using namespace tally::consensus;

TEST_CASE("A witness votes and keeps the log, and hands on at once what it alone has") {
  Cluster cluster({{1, Duty::voter}, {2, Duty::voter}, {3, Duty::witness}});
  cluster.stand(1);
  REQUIRE(cluster.leads(1));
  cluster.only({1, 3});
  const Index index = cluster.propose(1, "on the leader and the witness");
  cluster.settle();
  REQUIRE(cluster.core(1).commit() == index);
  cluster.crash(1);
  cluster.heal();
  cluster.pass(3'000 * ms);
  CHECK(cluster.leads(2));
  CHECK(cluster.core(2).log().at(index).term == 1);
  CHECK(cluster.core(2).commit() >= index);
  for (const RoleChange& change : cluster.at(3).changes) CHECK(change.role != Role::leader);
}

TEST_CASE("A witness with nothing of its own never stands") {
  Cluster cluster({{1, Duty::voter}, {2, Duty::voter}, {3, Duty::witness}});
  cluster.stand(1);
  cluster.crash(1);
  cluster.pass(3'000 * ms);
  CHECK(cluster.leads(2));
  for (const RoleChange& change : cluster.at(3).changes) CHECK(change.role == Role::follower);
}

TEST_CASE("Leadership moves when asked, without waiting for a timeout") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.propose(1, "before");
  cluster.settle();
  REQUIRE(cluster.core(1).transfer(3, true) == Refusal::none);
  CHECK(cluster.core(1).propose(bytes("during")).refusal == Refusal::transferring);
  cluster.pump(1);
  cluster.settle();
  REQUIRE(cluster.leads(3));
  CHECK(cluster.at(3).changes.back().predecessor_stopped);
  CHECK(cluster.core(3).transfer(9, false) == Refusal::no_member);
  CHECK(cluster.core(3).transfer(3, false) == Refusal::not_electable);
  CHECK(cluster.core(1).transfer(3, false) == Refusal::not_leader);
}

TEST_CASE("A hand-over that was asked for and did not happen ends the term; one that was not is forgotten") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.pass(100 * ms);
  cluster.passes = [](const Message& message) { return !std::holds_alternative<TimeoutNow>(message.body); };
  REQUIRE(cluster.core(1).transfer(2, true) == Refusal::none);
  const Term term = cluster.core(1).term();
  cluster.pass(1'500 * ms);
  CHECK(cluster.core(cluster.await_leader()).term() > term);

  Cluster lagging(voters(3));
  lagging.stand(1);
  lagging.pass(100 * ms);
  lagging.cut_off({2});
  lagging.propose(1, "2 does not hear this");
  REQUIRE(lagging.core(1).transfer(2, false) == Refusal::none);
  lagging.pass(500 * ms);
  CHECK(lagging.leads(1));
  lagging.propose(1, "on we go");
}

TEST_CASE("A read waits for a round of heartbeats that began after it, and for nothing else") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  const Index index = cluster.propose(1, "seen");
  cluster.settle();
  const std::size_t written = cluster.at(1).disk.entries.size();
  cluster.passes = [](const Message& message) { return !std::holds_alternative<HeartbeatReply>(message.body); };
  REQUIRE(cluster.core(1).read(7) == Refusal::none);
  cluster.pump(1);
  cluster.settle();
  CHECK(cluster.at(1).reads.empty());
  cluster.heal();
  cluster.pass(100 * ms);
  REQUIRE(cluster.at(1).reads.contains(7));
  CHECK(cluster.at(1).reads.at(7).ok);
  CHECK(cluster.at(1).reads.at(7).index >= index);
  CHECK(cluster.at(1).disk.entries.size() == written);
  CHECK(cluster.core(2).read(1) == Refusal::not_leader);

  cluster.cut_off({1});
  REQUIRE(cluster.core(1).read(8) == Refusal::none);
  cluster.pass(1'000 * ms);
  REQUIRE(cluster.at(1).reads.contains(8));
  CHECK_FALSE(cluster.at(1).reads.at(8).ok);
}

TEST_CASE("A read of a new leader waits for an entry of its own term") {
  Cluster cluster(voters(3));
  cluster.passes = [](const Message& message) { return !std::holds_alternative<Append>(message.body); };
  cluster.stand(1);
  REQUIRE(cluster.core(1).read(1) == Refusal::none);
  cluster.pass(120 * ms);
  CHECK(cluster.at(1).reads.empty());
  cluster.heal();
  cluster.pass(200 * ms);
  REQUIRE(cluster.at(1).reads.contains(1));
  CHECK(cluster.at(1).reads.at(1).index == cluster.core(1).commit());
}

TEST_CASE("Members are never shrunk to one voter, or to witnesses, by a slip") {
  const std::vector<Member> two = voters(2);
  CHECK(refusal_of(two, {Change::Kind::remove, 2}) == Refusal::last_voters);
  CHECK(refusal_of(two, {Change::Kind::remove, 2, false, true}) == Refusal::none);
  const std::vector<Member> watched = {{1, Duty::voter}, {2, Duty::witness}, {3, Duty::witness}};
  CHECK(refusal_of(watched, {Change::Kind::remove, 1, false, true}) == Refusal::last_voters);
  CHECK(refusal_of(watched, {Change::Kind::remove, 3}) == Refusal::none);
  CHECK(refusal_of(two, {Change::Kind::remove, 3}) == Refusal::no_member);
  CHECK(refusal_of(two, {Change::Kind::promote, 1}) == Refusal::already_voter);
  CHECK(refusal_of(voters(members_max), {Change::Kind::add_learner, 99}) == Refusal::full);
}
