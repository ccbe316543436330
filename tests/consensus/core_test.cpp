// What the core promises beside the twelve scenarios, one by one.
#include <utility>

#include "persistence/consensus/lease.hpp"
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

TEST_CASE("Reads that wait are bounded") {
  Settings settings = quick(1);
  settings.reads_max = 3;
  Cluster cluster;
  cluster.add(1, disk_with(voters(3)), settings);
  cluster.add(2, disk_with(voters(3)));
  cluster.add(3, disk_with(voters(3)));
  cluster.stand(1);
  cluster.cut_off({1});
  for (std::uint64_t id = 0; id < 3; ++id) CHECK(cluster.core(1).read(id) == Refusal::none);
  CHECK(cluster.core(1).read(3) == Refusal::full);
}

TEST_CASE("What is on its way to one follower is bounded in messages and bytes, and so is one message") {
  Cluster cluster;
  for (NodeId id = 1; id <= 3; ++id) {
    Settings settings = quick(id);
    settings.append_bytes_max = 4'000;
    settings.window_messages_max = 4;
    settings.window_bytes_max = 10'000;
    cluster.add(id, disk_with(voters(3)), settings);
  }
  cluster.stand(1);
  cluster.settle();
  cluster.cut_off({});
  std::size_t appends = 0, most = 0;
  cluster.passes = [&](const Message& message) {
    if (const auto* append = std::get_if<Append>(&message.body); append && message.to == 2) {
      std::size_t size = 0;
      for (const LogEntry& entry : append->entries) size += bytes_of(entry);
      most = std::max(most, size);
      ++appends;
      return false;
    }
    return true;
  };
  for (int i = 0; i < 500; ++i) {
    cluster.propose(1, std::string(900, 'x'));
    cluster.settle();
  }
  CHECK(appends <= 4);
  CHECK(appends >= 1);
  CHECK(most <= 4'000);
  cluster.heal();
  cluster.pass(2'000 * ms);
  CHECK(cluster.core(2).commit() == cluster.core(1).commit());  // what was lost is sent again
  CHECK(cluster.core(1).propose(bytes(std::string(4'001, 'x'))).refusal == Refusal::too_large);
}

TEST_CASE("The log in memory is bounded: a leader refuses, a follower waits, and both go on when there is room") {
  Cluster cluster;
  for (NodeId id = 1; id <= 3; ++id) {
    Settings settings = quick(id);
    settings.log_bytes_max = 50'000;
    settings.log_bytes_kept = 10'000;
    settings.append_bytes_max = 4'000;
    cluster.add(id, disk_with(voters(3)), settings);
  }
  cluster.stand(1);
  cluster.settle();
  cluster.at(2).applies = false;  // slow to apply
  std::size_t accepted = 0;
  for (int i = 0; i < 200; ++i) {
    accepted += cluster.core(1).propose(bytes(std::string(1'000, 'x'))).refusal == Refusal::none;
    cluster.pump(1);
    cluster.settle();
  }
  CHECK(accepted == 200);
  for (NodeId id = 1; id <= 3; ++id) CHECK(cluster.core(id).memory_bytes() <= 54'000);
  CHECK(cluster.core(2).log().last() < cluster.core(1).log().last());

  cluster.core(2).applied(cluster.core(2).commit());
  cluster.at(2).applies = true;
  cluster.pass(500 * ms);
  REQUIRE(cluster.at(2).fetch);  // it lacks what the others have no longer in memory
  cluster.core(2).installed(*cluster.at(2).fetch);
  cluster.pump(2);
  cluster.pass(500 * ms);
  CHECK(cluster.core(2).commit() == cluster.core(1).commit());

  cluster.only({1});
  Refusal refusal = Refusal::none;
  for (int i = 0; i < 200 && refusal == Refusal::none; ++i)
    refusal = cluster.core(1).propose(bytes(std::string(1'000, 'x'))).refusal;
  CHECK(refusal == Refusal::full);
}

TEST_CASE("A chain that differs stops the replica, loudly and for good, and leaves its disk as evidence") {
  const std::vector<Member> members = voters(3);
  Cluster cluster;
  cluster.divergence_allowed = true;
  cluster.disks_are_watched = false;
  cluster.add(1, disk_with(members, {1, 1, 1}));
  cluster.add(2, disk_with(members, {1, 1, 1}, "flipped"));
  cluster.add(3, disk_with(members, {1, 1, 1}));
  cluster.stand(1);
  const Stored before = cluster.at(2).disk;
  cluster.propose(1, "next");
  cluster.pass(300 * ms);
  REQUIRE(cluster.at(2).diverged);
  CHECK(cluster.core(2).role() == Role::stopped);
  CHECK(cluster.at(2).disk.entries.size() == before.entries.size());
  CHECK(cluster.core(1).commit() == cluster.core(3).commit());
  CHECK(cluster.core(2).propose(bytes("?")).refusal == Refusal::stopped);
  cluster.pass(1'000 * ms);
  CHECK(cluster.core(2).role() == Role::stopped);
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
