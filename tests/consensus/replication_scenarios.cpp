// Histories about what counts as committed.
#include <algorithm>

#include "tests/consensus/cluster.hpp"
#include "tests/consensus/scenarios.hpp"

namespace tally::consensus {
namespace {

// The figure 8 of the Raft paper: X of an old term reaches a majority, and is replaced all the same.
void old_term(std::vector<NodeId> minority, std::vector<NodeId> rest, bool slow_leader_disk) {
  const std::size_t count = minority.size() + rest.size();
  const std::vector<Member> members = voters(count);
  const NodeId first = minority.front(), last = rest.back();
  Cluster cluster;
  // X lies with the minority, Y, of a newer term, with one of the others.
  for (const Member& member : members) {
    Stored disk = disk_with(members, {1});
    if (std::count(minority.begin(), minority.end(), member.id)) disk = disk_with(members, {1, 2}, "x");
    if (member.id == last) disk = disk_with(members, {1, 3}, "x");
    disk.hard_state.term = 3;
    cluster.add(member.id, disk);
  }
  const Index x = 3;

  // The first one leads again, and X reaches a majority, without anything of the new term.
  cluster.passes = [&](const Message& message) {
    if (message.from == last || message.to == last) return false;
    const auto* append = std::get_if<Append>(&message.body);
    return !append || append->entries.empty() || append->entries.back().index == x;
  };
  cluster.stand(first);
  expect(cluster.leads(first), "the first one could not lead");
  if (slow_leader_disk) cluster.at(first).syncs = false;
  const Digest chain = cluster.core(first).log().chain_at(x);
  for (const NodeId id : rest) {
    if (id == last) continue;
    Append append{x - 1, 1, cluster.core(first).log().chain_at(x - 1), {cluster.core(first).log().at(x)}, 0};
    cluster.deliver({1, cluster.core(first).term(), first, id, append});
  }
  cluster.settle();
  std::size_t holding = 0;
  for (const Member& member : members) {
    const Digest* there = chain_on(cluster.at(member.id).disk, x);
    holding += there && *there == chain;
  }
  expect(holding >= majority_of(members), "X did not reach a majority: the test is none");
  expect(cluster.core(first).commit() < x, "an entry of an old term was committed by counting");

  // It falls; the one with Y wins and replaces X everywhere.
  cluster.crash(first);
  cluster.passes = [&](const Message& message) { return !is<VoteRequest>(message) || message.from == last; };
  for (int i = 0; i < 300 && !cluster.leads(last); ++i) cluster.pass(10 * ms);
  expect(cluster.leads(last), "the one with the newer term could not lead");
  cluster.pass(200 * ms);
  cluster.at(first).syncs = true;
  cluster.start(first);
  cluster.pass(1'000 * ms);
  expect(text_of(cluster.core(first).log().at(x)) == "x3", "Y is not there");
  expect(cluster.core(first).log().term_at(x) == 3, "X is still there");
}

}  // namespace

void old_terms_are_not_counted() {
  for (const bool slow : {false, true}) {
    old_term({1}, {2, 3}, slow);
    old_term({1, 2}, {3, 4, 5}, slow);
  }
}

// An answer claims what its append matched and nothing beyond; an answer of an older term is not heard.
void answers_claim_what_is_durable() {
  Cluster cluster;
  const std::vector<Member> members = voters(3);
  cluster.add(2, disk_with(members, {1, 1, 1, 1, 1, 1}));
  const Log& log = cluster.core(2).log();
  Append append{3, 1, log.chain_at(3), {log.at(4)}, 0};
  cluster.deliver({1, 5, 1, 2, append});
  bool answered = false;
  for (const Message& message : cluster.wire)
    if (const auto* reply = std::get_if<AppendReply>(&message.body)) {
      answered = true;
      expect(reply->accepted && reply->match == 4, "a follower claimed more than the append matched");
    }
  expect(answered, "no answer");

  Cluster trio(members);
  trio.stand(1);
  expect(trio.leads(1), "no leader");
  trio.cut_off({1});
  const Index index = trio.propose(1, "alone");
  AppendReply late{true, index, 0, 0, false, {}};
  trio.deliver({1, trio.core(1).term() - 1, 2, 1, late});
  expect(trio.core(1).commit() < index, "an answer of an older term was counted");

  // An answer waits for the disk.
  Cluster slow(members);
  slow.stand(1);
  slow.at(2).syncs = slow.at(3).syncs = false;
  const Index written = slow.propose(1, "not durable elsewhere");
  slow.settle();
  expect(slow.core(1).commit() < written, "an answer came before it was durable");
}

// The leader's own disk is behind, then ahead, under load that does not wait.
void commit_follows_a_majority_of_disks() {
  Cluster cluster(voters(3));
  cluster.stand(1);
  cluster.at(1).syncs = false;
  Index last = 0;
  for (int i = 0; i < 50; ++i) {
    last = cluster.propose(1, "behind " + std::to_string(i));
    cluster.settle();
  }
  expect(cluster.core(1).commit() == last, "two disks of three did not commit while the leader's was behind");
  cluster.at(1).syncs = true;
  cluster.sync(1);
  cluster.at(2).syncs = cluster.at(3).syncs = false;
  const Index held = cluster.core(1).commit();
  for (int i = 0; i < 50; ++i) {
    last = cluster.propose(1, "ahead " + std::to_string(i));
    cluster.settle();
    if (i % 10 == 9) {
      cluster.sync(2);
      cluster.settle();
      expect(cluster.core(1).commit() == last, "the follower's disk caught up and nothing was committed");
    }
  }
  expect(cluster.core(1).commit() > held, "no progress");
}

void a_base_ahead_of_the_leader() {
  const std::vector<Member> members = voters(3);
  Cluster cluster;
  const Stored whole = disk_with(members, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  Log log(whole.base, whole.entries);
  Stored trimmed = whole;
  log.trim(7, members);
  trimmed.base = log.base();
  trimmed.entries = {};
  cluster.add(2, trimmed);
  const Log full(whole.base, whole.entries);
  const auto append_from = [&](Index previous, Index last) {
    Append append{previous, full.term_at(previous), full.chain_at(previous), {}, 0};
    for (Index index = previous + 1; index <= last; ++index) append.entries.push_back(full.at(index));
    return append;
  };
  const auto answer_to = [&](Body body) {
    cluster.wire.clear();
    cluster.deliver({1, 2, 1, 2, std::move(body)});
    for (const Message& message : cluster.wire)
      if (const auto* reply = std::get_if<AppendReply>(&message.body)) return *reply;
    throw Broken("no answer");
  };
  AppendReply reply = answer_to(append_from(3, 5));
  expect(reply.accepted && reply.match == 7, "a follower did not say what its base covers");
  reply = answer_to(append_from(3, 9));
  expect(reply.accepted && reply.match == 9, "what overlaps the base was not taken");
  Base stale = full.base();
  stale.index = 5, stale.term = 1, stale.chain = full.chain_at(5);
  reply = answer_to(Install{stale});
  expect(reply.accepted && reply.match == 7 && !cluster.at(2).fetch, "a stale install was not answered with what is there");

  // And a whole leader brings such a follower back.
  Cluster both;
  both.add(1, whole), both.add(2, trimmed), both.add(3, whole);
  both.stand(1);
  both.propose(1, "on");
  both.pass(500 * ms);
  expect(both.core(2).commit() == both.core(1).commit(), "the follower did not recover");
}

// A replica that holds something else under the same index and term is wrong, or its leader is; it must not go on.
void other_histories_stop() {
  const std::vector<Member> members = voters(3);
  {
    Cluster cluster;
    cluster.divergence_allowed = true;
    cluster.disks_are_watched = false;
    cluster.add(1, disk_with(members, {1, 1, 1}));
    cluster.add(2, disk_with(members, {1, 1, 1}, "flipped"));
    cluster.add(3, disk_with(members, {1, 1, 1}));
    cluster.stand(1);
    cluster.propose(1, "next");
    cluster.pass(300 * ms);
    expect(cluster.at(2).diverged.has_value(), "a replica with another history went on");
    cluster.pass(1'000 * ms);
    expect(cluster.core(2).role() == Role::stopped, "it did not stay stopped");
    expect(cluster.core(2).propose(bytes("?")).refusal == Refusal::stopped, "it took a proposal");
    expect(last_of(cluster.at(2).disk) == 4, "its disk is not the evidence that it was");
    expect(cluster.core(1).commit() == cluster.core(3).commit(), "the others did not go on");
  }
  {  // The sender computed a chain that its entry does not have.
    Cluster cluster;
    cluster.divergence_allowed = true;
    cluster.add(2, disk_with(members));
    Log log(founding(1, members), {});
    LogEntry entry = log.append(1, EntryKind::command, bytes("as it was"));
    entry.payload = bytes("as it arrived");
    cluster.deliver({1, 1, 1, 2, Append{1, 0, log.chain_at(1), {entry}, 2}});
    expect(cluster.at(2).diverged && cluster.at(2).disk.entries.empty(), "an entry was taken whose chain is not its own");
  }
}

}  // namespace tally::consensus
