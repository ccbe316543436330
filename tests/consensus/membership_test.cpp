// Who belongs to a group, whose history counts, and what a disk that forgot may do.
#include "tests/catch.hpp"
#include "tests/consensus/cluster.hpp"

using namespace tally::consensus;

TEST_CASE("Nobody counts what a node in doubt answers") {
  Cluster cluster(voters(3));
  cluster.disks_are_watched = false;
  cluster.stand(1);
  cluster.pass(200 * ms);
  cluster.crash(2);
  cluster.start(2, true);
  cluster.passes = [](const Message& message) { return message.from != 3 && message.to != 3; };
  cluster.pass(60 * ms);
  const Index index = cluster.propose(1, "answered by a doubtful one only");
  cluster.pass(60 * ms);
  CHECK(cluster.core(2).log().last() >= index);
  CHECK(cluster.core(1).commit() < index);
  cluster.pass(1'000 * ms);
  CHECK_FALSE(cluster.leads(1));  // nor does its heartbeat keep a leader
}

TEST_CASE("A doubt outlives a restart before it is resolved") {
  Cluster cluster(voters(3));
  cluster.crash(2);
  cluster.start(2, true);
  CHECK(cluster.at(2).disk.hard_state.suspect);
  cluster.crash(2);
  cluster.start(2);
  CHECK(cluster.core(2).suspect());
}

TEST_CASE("A committed entry is never truncated") {
  Cluster cluster;
  cluster.divergence_allowed = true;
  cluster.disks_are_watched = false;
  cluster.add(2, disk_with(voters(3), {1, 1}));
  const Log own = Log(cluster.at(2).disk.base, cluster.at(2).disk.entries);
  cluster.deliver({1, 1, 1, 2, Append{3, 1, own.chain_at(3), {}, 3}});
  REQUIRE(cluster.core(2).commit() == 3);
  Log other(founding(1, voters(3)), {});
  const LogEntry entry = other.append(2, EntryKind::command, bytes("other"));
  cluster.deliver({1, 2, 3, 2, Append{1, 0, other.chain_at(1), {entry}, 1}});
  CHECK(cluster.at(2).diverged);
  CHECK(cluster.at(2).disk.entries.size() == 2);
}

TEST_CASE("A new node learns its generation from a leader, becomes a learner, and is promoted when it has caught up") {
  Cluster cluster(voters(3));
  cluster.add(4);
  cluster.stand(1);
  cluster.settle();
  cluster.propose(1, "early");
  cluster.settle();
  CHECK(cluster.change(1, {Change::Kind::promote, 4}) == Refusal::no_member);
  REQUIRE(cluster.change(1, {Change::Kind::add_learner, 4}) == Refusal::none);
  cluster.settle();
  CHECK(cluster.change(1, {Change::Kind::add_learner, 4}) == Refusal::already_member);
  CHECK(cluster.change(1, {Change::Kind::promote, 4}) == Refusal::not_caught_up);
  cluster.pass(200 * ms);
  REQUIRE(cluster.at(4).fetch);
  cluster.core(4).installed(*cluster.at(4).fetch);
  cluster.pump(4);
  cluster.pass(200 * ms);
  CHECK(cluster.core(4).commit() == cluster.core(1).commit());
  CHECK(cluster.at(4).disk.hard_state.generation == 1);
  REQUIRE(cluster.change(1, {Change::Kind::promote, 4}) == Refusal::none);
  cluster.settle();
  CHECK(voters_in(cluster.core(4).members()) == 4);
  REQUIRE(cluster.change(1, {Change::Kind::remove, 1}) == Refusal::none);  // itself: it leads until that is committed
  cluster.settle();
  CHECK_FALSE(cluster.leads(1));
  cluster.pass(1'500 * ms);
  CHECK(cluster.leader() != nobody);
  CHECK(cluster.leader() != 1);
}

TEST_CASE("Another generation is not heard, and a recovered one keeps all that its disk had") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  const Index index = cluster.propose(1, "kept");
  cluster.settle();
  const Stored forced = recovered(cluster.at(1).disk, {{1, Duty::voter}});
  CHECK(forced.base.index == index);
  CHECK(forced.base.chain == cluster.committed.at({1, index}));
  CHECK(forced.hard_state.generation == 2);

  cluster.crash(1);
  cluster.at(1).disk = forced;
  cluster.start(1);
  cluster.passes = [](const Message&) { return true; };
  cluster.pass(2'000 * ms);
  CHECK(cluster.leads(1));  // alone
  CHECK((cluster.leads(2) || cluster.leads(3)));  // the old side goes on without it, and neither hears the other
  CHECK(cluster.core(1).members().size() == 1);
}

TEST_CASE("Configurations survive their bytes, and other bytes are none") {
  const std::vector<Member> members = {{0xFFFF'FFFF'0000'0001u, Duty::voter}, {2, Duty::witness}, {3, Duty::learner}};
  const Payload encoded = encode_members(members);
  CHECK(decode_members(encoded) == members);
  for (std::size_t size = 0; size < encoded->size(); ++size)
    CHECK_FALSE(decode_members(std::make_shared<const std::vector<std::byte>>(encoded->data(), encoded->data() + size)));
  std::vector<std::byte> strange = *encoded;
  strange.back() = std::byte{3};
  CHECK_FALSE(decode_members(std::make_shared<const std::vector<std::byte>>(strange)));
}

TEST_CASE("A follower that started again learns how far the log is committed, although nothing new comes") {
  Cluster cluster(voters(3));
  cluster.stand(1);
  const Index index = cluster.propose(1, "last for a while");
  cluster.pass(100 * ms);
  cluster.crash(2);
  cluster.start(2);
  CHECK(cluster.core(2).commit() < index);
  cluster.pass(300 * ms);
  CHECK(cluster.core(2).commit() == cluster.core(1).commit());
}
