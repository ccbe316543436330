// Histories about who votes, for whom, and in which configuration.
#include <utility>

#include "tests/consensus/cluster.hpp"
#include "tests/consensus/scenarios.hpp"

namespace tally::consensus {

void configurations_roll_back() {
  const std::vector<Member> members = voters(3);
  Cluster cluster;
  for (const Member& member : members) {
    Settings settings = quick(member.id, 7 * member.id);
    if (member.id == 1) settings.log_bytes_kept = 0;
    cluster.add(member.id, disk_with(members), settings);
  }
  cluster.at(1).applies = false;
  cluster.stand(1);
  for (int i = 0; i < 5; ++i) cluster.propose(1, "command");
  cluster.settle();
  const Index committed = cluster.core(1).commit();
  cluster.cut_off({1});
  expect(cluster.change(1, {Change::Kind::add_learner, 9}) == Refusal::none, "no change");
  expect(cluster.core(1).members().size() == 4, "a configuration rules from when it is appended");
  cluster.core(1).applied(committed);
  cluster.propose(1, "carries the base to disk");
  expect(cluster.core(1).log().base().index == committed, "nothing was trimmed");
  expect(cluster.core(1).log().base().members == members, "an uncommitted configuration is in the base");
  expect(cluster.at(1).disk.base.members == members, "an uncommitted configuration is in the stored base");

  // Elsewhere history goes on without it, and it rolls back with its entry, in memory and on disk.
  cluster.crash(1);
  cluster.start(1);
  expect(cluster.core(1).members().size() == 4, "it is still the newest that this node knows");
  cluster.only({2, 3});
  const NodeId other = [&] {
    while (cluster.leader() == nobody || cluster.leader() == 1) cluster.pass(10 * ms);
    return cluster.leader();
  }();
  for (int i = 0; i < 3; ++i) cluster.propose(other, "instead");
  cluster.pass(100 * ms);
  cluster.heal();
  cluster.pass(1'000 * ms);
  expect(cluster.core(1).members() == members, "the configuration did not roll back with its entry");
  cluster.crash(1);
  cluster.start(1);
  expect(cluster.core(1).members() == members, "after a restart the configuration was there again");
}

// One is ahead in terms, the other in entries; neither can win unless refusals name terms.
void refusals_name_terms() {
  const std::vector<Member> members = voters(3);
  Cluster cluster;
  Stored ahead = disk_with(members, {1, 1});
  ahead.hard_state.term = 9;
  cluster.add(1, ahead);
  cluster.add(2, disk_with(members, {1, 1, 4, 4}));
  cluster.add(3, disk_with(members));
  cluster.crash(3);
  cluster.await_leader();
  expect(cluster.leads(2), "the one without the entries leads");
}

void one_change_at_a_time() {
  Cluster cluster(voters(4));
  cluster.passes = [](const Message& message) { return !is<Append>(message); };
  cluster.stand(1);
  expect(cluster.leads(1), "no leader");
  expect(cluster.change(1, {Change::Kind::remove, 4}) == Refusal::own_term_not_committed,
         "members were changed before an entry of the own term was committed");
  cluster.heal();
  cluster.pass(200 * ms);
  cluster.passes = [](const Message& message) { return !is<Append>(message); };
  expect(cluster.change(1, {Change::Kind::add_learner, 9}) == Refusal::none, "no change");
  expect(cluster.change(1, {Change::Kind::remove, 4}) == Refusal::change_pending, "two changes at once");

  // Growing from one: whoever falls in between, there are never two leaders in a term, and never two histories.
  for (int cut = 0; cut < 40; ++cut) {
    Cluster grows({{1, Duty::voter}});
    grows.add(2), grows.add(3);
    grows.await_leader();
    int step = 0;
    const auto until_cut = [&](auto&& again) {
      for (int tries = 0; tries < 20; ++tries) {
        if (step++ == cut) {
          const NodeId leader = grows.leader();
          if (leader != nobody) grows.crash(leader), grows.pass(300 * ms), grows.start(leader);
        }
        grows.pass(20 * ms);
        for (auto& [id, replica] : grows.replicas)
          if (replica.fetch && replica.core) {
            const Base base = *std::exchange(replica.fetch, std::nullopt);
            replica.core->installed(base);
            grows.pump(id);
          }
        if (const NodeId leader = grows.leader(); leader != nobody && again(leader)) return;
      }
    };
    for (const NodeId id : {NodeId{2}, NodeId{3}}) {
      until_cut([&](NodeId leader) {
        const Refusal refusal = grows.change(leader, {Change::Kind::add_learner, id});
        return refusal == Refusal::none || refusal == Refusal::already_member;
      });
      until_cut([&](NodeId leader) {
        const Refusal refusal = grows.change(leader, {Change::Kind::promote, id});
        return refusal == Refusal::none || refusal == Refusal::already_voter;
      });
    }
    grows.pass(2'000 * ms);
    const NodeId leader = grows.await_leader();
    grows.propose(leader, "grown");
    grows.pass(500 * ms);
    expect(voters_in(grows.core(leader).members()) == 3, "it did not grow to three");
    for (const NodeId id : {1, 2, 3}) expect(grows.core(id).commit() == grows.core(leader).commit(), "somebody did not follow");
  }
}

// 4 thinks itself a learner, or removed; the candidate knows better.
void voters_by_the_candidates_book() {
  std::vector<Member> members = voters(3);
  members.push_back({4, Duty::learner});
  Cluster cluster;
  cluster.add(4, disk_with(members));
  const auto voted = [](Cluster& of) {
    for (const Message& message : of.wire)
      if (const auto* reply = std::get_if<VoteReply>(&message.body); reply && reply->granted) return true;
    return false;
  };
  cluster.deliver({1, 3, 1, 4, VoteRequest{false, false, 9, 2}});
  expect(voted(cluster), "one that knows itself as a learner did not vote when asked");

  Cluster removed;
  Stored disk = disk_with(voters(4));
  Log log(disk.base, {});
  log.append(1, EntryKind::configuration, encode_members(voters(3)));
  disk.entries = {log.at(2)};
  disk.hard_state.term = 1;
  removed.add(4, disk);
  expect(!find(removed.core(4).members(), 4), "it is a member still: the test is none");
  removed.deliver({1, 3, 1, 4, VoteRequest{false, false, 9, 2}});
  expect(voted(removed), "one that is removed by an uncommitted configuration did not vote when asked");
}

void one_vote_a_term() {
  Cluster cluster;
  cluster.add(2, disk_with(voters(3)));
  const auto asks = [&](NodeId candidate) {
    cluster.wire.clear();
    cluster.deliver({1, 5, candidate, 2, VoteRequest{false, false, 9, 4}});
    for (const Message& message : cluster.wire)
      if (const auto* reply = std::get_if<VoteReply>(&message.body)) return reply->granted;
    throw Broken("no answer");
  };
  expect(asks(1), "no vote");
  expect(asks(1), "the same vote, asked for again, was refused");
  expect(!asks(3), "two votes in a term");
  cluster.crash(2);
  cluster.start(2);
  expect(!asks(3), "a vote was forgotten");
  expect(asks(1), "a vote was forgotten");
}

}  // namespace tally::consensus
