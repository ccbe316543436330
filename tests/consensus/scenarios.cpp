#include "tests/consensus/scenarios.hpp"

#include <utility>

#include "tests/consensus/cluster.hpp"

namespace tally::consensus {
namespace {

template <class Body>
bool is(const Message& message) {
  return std::holds_alternative<Body>(message.body);
}

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

void s1() {
  for (const bool slow : {false, true}) {
    old_term({1}, {2, 3}, slow);
    old_term({1, 2}, {3, 4, 5}, slow);
  }
}

// An answer claims what its append matched and nothing beyond; an answer of an older term is not heard.
void s2() {
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
void s3() {
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

void s4() {
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
void s5() {
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

void s6() {
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
void s7() {
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

void s8() {
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

void s9() {
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
void s10() {
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

// The cluster refuses messages to nobody and to oneself in every scenario.
void s11() {
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

void s12() {
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

// A replica that holds something else under the same index and term is wrong, or its leader is; it must not go on.
void s13() {
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

// 2 forgets what it acknowledged; 3, which never had it, would win with the vote of 2.
void s14() {
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

void s15() {
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

constexpr Scenario all[] = {
    {1, "An entry of an old term on a majority of nodes is not committed by counting", s1},
    {2, "An answer claims what its append matched and made durable, and one of an older term is dropped", s2},
    {3, "Commit advances under load while the leader's disk is behind, and while it is ahead", s3},
    {4, "No candidacy, vote, hand-over or install rests on an unpersisted tail", s4},
    {5, "A sole voter that restarts begins a new term", s5},
    {6, "An uncommitted configuration is never in a base, and rolls back with its entry after a restart, too", s6},
    {7, "A refused pre-vote names the higher term", s7},
    {8, "A follower whose base is ahead of what the leader knows recovers, and a stale install is answered", s8},
    {9, "Members change one at a time after an entry of the own term; growing from one never makes two leaders", s9},
    {10, "Who is no voter in its own newest configuration votes when asked", s10},
    {11, "A failed write on the leader ends it, and nobody diverges", s11},
    {12, "A leader whose disk hangs, or whom nobody answers, steps down", s12},
    {13, "A replica with another history under the same index and term stops", s13},
    {14, "A disk that forgot promises nothing until something new is committed without it", s14},
    {15, "A node votes once in a term, across restarts, too", s15},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace tally::consensus
