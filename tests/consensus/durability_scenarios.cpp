// Histories about what a disk has, and has no longer.
#include "tests/consensus/cluster.hpp"
#include "tests/consensus/scenarios.hpp"

namespace tally::consensus {

void nothing_rests_on_an_unpersisted_tail() {
  const std::vector<Member> members = voters(3);
  const auto with_tail = [&] {
    Cluster cluster;
    for (const Member& member : members) cluster.add(member.id, disk_with(members, {1}));
    cluster.at(2).syncs = false;
    const Log& log = cluster.core(1).log();
    Log longer(log.base(), {log.at(2)});
    const LogEntry tail = longer.append(2, EntryKind::command, bytes("tail"));
    cluster.deliver({1, 2, 1, 2, Append{2, 1, log.chain_at(2), {tail}, 0}});
    expect(cluster.wire.empty(), "an answer left before it was durable");
    return cluster;
  };
  const auto asks_for_votes = [](const Message& message) {
    const auto* request = std::get_if<VoteRequest>(&message.body);
    return request != nullptr;
  };

  {  // No candidacy.
    Cluster cluster = with_tail();
    cluster.passes = [&](const Message& message) {
      expect(!asks_for_votes(message) || message.from != 2, "a candidate stood on an unpersisted tail");
      return false;
    };
    cluster.crash(1), cluster.crash(3);
    cluster.pass(2'000 * ms);
    cluster.sync(2);
    bool stood = false;
    cluster.passes = [&](const Message& message) { return stood |= asks_for_votes(message), false; };
    cluster.pass(2'000 * ms);
    expect(stood, "no candidacy after the tail was durable");
  }
  {  // No vote.
    Cluster cluster = with_tail();
    cluster.deliver({1, 7, 3, 2, VoteRequest{false, true, 9, 6}});
    expect(cluster.wire.empty(), "a vote left on an unpersisted tail");
    cluster.sync(2);
    bool voted = false;
    for (const Message& message : cluster.wire)
      if (const auto* reply = std::get_if<VoteReply>(&message.body)) voted |= reply->granted;
    expect(voted, "no vote after the tail was durable");
  }
  {  // No obedience to TimeoutNow.
    Cluster cluster = with_tail();
    cluster.deliver({1, 2, 1, 2, TimeoutNow{}});
    expect(cluster.core(2).role() == Role::follower, "a hand-over was taken on an unpersisted tail");
  }
  {  // No answer about an install before the tail, and the install behind it, are durable.
    Cluster cluster = with_tail();
    Base base = founding(1, members);
    base.index = 50;
    base.term = 2;
    base.chain[0] = std::byte{1};
    cluster.deliver({1, 2, 1, 2, Install{base}});
    expect(cluster.at(2).fetch == base, "nothing was fetched");
    cluster.core(2).installed(base);
    cluster.pump(2);
    expect(cluster.wire.empty(), "an install was answered on an unpersisted tail");
    cluster.sync(2);
    expect(cluster.at(2).disk.base == base && cluster.at(2).disk.entries.empty(), "the install did not replace the tail");
    expect(!cluster.wire.empty(), "no answer after the install was durable");
  }
  {  // And a leader tells nobody to stand who has not everything on disk.
    Cluster cluster(members);
    cluster.stand(1);
    cluster.at(2).syncs = false;
    cluster.propose(1, "last words");
    cluster.settle();
    expect(cluster.core(1).transfer(2, false) == Refusal::none, "no transfer");
    cluster.passes = [](const Message& message) {
      expect(!is<TimeoutNow>(message), "a follower was told to stand before it had everything");
      return true;
    };
    cluster.pump(1);
    cluster.settle();
    cluster.heal();
    cluster.at(2).syncs = true;
    cluster.sync(2);
    cluster.settle();
    expect(cluster.leads(2), "the hand-over did not happen");
  }
}

// With a learner that has heard of an entry which the voter then lost.
void a_sole_voter_begins_a_new_term() {
  Cluster cluster({{1, Duty::voter}, {2, Duty::learner}});
  cluster.await_leader();
  cluster.propose(1, "kept");
  cluster.pass(200 * ms);
  cluster.at(1).syncs = false;
  const Index lost = cluster.propose(1, "lost");
  cluster.settle();
  const Term before = cluster.core(1).term();
  expect(cluster.core(2).log().last() == lost, "the learner has not heard of it");
  cluster.crash(1);
  cluster.at(1).syncs = true;
  cluster.start(1);
  cluster.await_leader();
  expect(cluster.core(1).term() > before, "a sole voter used its term again");
  cluster.propose(1, "another at its place");
  cluster.pass(1'000 * ms);
  expect(cluster.core(2).commit() == cluster.core(1).commit(), "the learner did not follow");
  expect(cluster.core(2).log().chain_at(cluster.core(1).commit()) == cluster.core(1).log().chain_at(cluster.core(1).commit()),
         "the learner has another history");
}

// The cluster refuses messages to nobody and to oneself in every scenario.
void a_failed_write_ends_the_leader() {
  for (int at = 0; at < 6; ++at) {
    Cluster cluster(voters(3));
    cluster.stand(1);
    cluster.settle();
    for (int i = 0; i < at; ++i) cluster.propose(1, "before " + std::to_string(i));
    cluster.settle();
    cluster.at(1).syncs = false;
    // The write of this entry fails: nothing of it is on the leader's disk, and the process ends there.
    cluster.propose(1, "while the disk fails");
    cluster.settle();
    const Index committed = cluster.core(1).commit();
    cluster.crash(1);
    cluster.pass(1'000 * ms);
    const NodeId other = cluster.await_leader();
    expect(cluster.core(other).commit() >= committed, "what was committed is gone");
    cluster.propose(other, "after");
    cluster.at(1).syncs = true;
    cluster.start(1);
    cluster.pass(1'000 * ms);
    for (const NodeId id : {1, 2, 3})
      expect(cluster.core(id).log().chain_at(cluster.core(other).commit()) ==
                 cluster.core(other).log().chain_at(cluster.core(other).commit()),
             "replicas differ");
  }
}

void leaders_let_go() {
  {  // Heartbeats go out and come back; the disk hangs.
    Cluster cluster(voters(3));
    cluster.stand(1);
    cluster.pass(300 * ms);
    expect(cluster.leader() == 1, "another leader: the test is none");
    cluster.at(1).syncs = false;
    cluster.at(2).syncs = cluster.at(3).syncs = true;
    cluster.propose(1, "never on this disk");
    cluster.pass(3'000 * ms);
    expect(cluster.leader() != 1 && cluster.leader() != nobody, "a leader that cannot persist stayed");
    cluster.propose(cluster.leader(), "on the others'");
    cluster.pass(100 * ms);
  }
  {  // Partitioned, with a hung disk.
    Cluster cluster(voters(3));
    cluster.stand(1);
    cluster.at(1).syncs = false;
    cluster.cut_off({1});
    cluster.pass(1'000 * ms);
    expect(!cluster.leads(1), "a partitioned leader stayed");
    expect(cluster.leader() != nobody, "no other leader");
  }
  {  // Partitioned, with a sound disk: nobody answers it, so it does not lead.
    Cluster cluster(voters(3));
    cluster.stand(1);
    cluster.cut_off({1});
    cluster.pass(1'000 * ms);
    expect(!cluster.leads(1), "a leader without a quorum stayed");
  }
}

// 2 forgets what it acknowledged; 3, which never had it, would win with the vote of 2.
void disks_that_forgot() {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.pass(200 * ms);
  const Stored old = cluster.at(2).disk;
  cluster.cut_off({3});
  const Index acknowledged = cluster.propose(1, "on 1 and 2");
  cluster.settle();
  expect(cluster.core(1).commit() == acknowledged, "it was not acknowledged: the test is none");
  cluster.crash(1);
  cluster.crash(2);
  cluster.at(2).disk = old;
  cluster.heal();
  cluster.start(2, true);
  cluster.pass(3'000 * ms);
  expect(cluster.leader() == nobody && cluster.core(2).suspect(), "a disk that forgot voted");

  cluster.start(1);
  cluster.pass(3'000 * ms);
  expect(cluster.leads(1), "no leader, although a majority remembers");
  expect(!cluster.core(2).suspect() && !cluster.at(2).disk.hard_state.suspect, "its doubt was not resolved");
  expect(cluster.at(2).disk.hard_state.vote == 1, "its vote in this term is not the leader's");
  expect(cluster.core(2).commit() == cluster.core(1).commit(), "it did not catch up");
  cluster.crash(2);
  cluster.start(2);
  expect(!cluster.core(2).suspect(), "a resolved doubt came back");
}

}  // namespace tally::consensus
