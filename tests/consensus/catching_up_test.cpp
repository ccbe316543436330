// A follower that lacks what its leader has no longer in memory: founded first, then fed from the leader's disk.
#include "persistence/consensus/core.hpp"
#include "tests/catch.hpp"
#include "tests/consensus/disk_image.hpp"

using namespace tally::consensus;

namespace {

constexpr NodeId its_leader = 1;
constexpr NodeId newcomer = 9;

Core new_node() {
  Settings settings;
  settings.self = newcomer;
  return Core(settings, {}, 0);
}

Message from_leader(Body body) { return {1, 3, its_leader, newcomer, std::move(body)}; }

// What its driver does with an output: everything is durable at once.
Output settle(Core& core) {
  Output out = core.take_output();
  if (out.persist) core.durable(out.persist->ticket);
  return out;
}

}  // namespace

TEST_CASE("A node that has nothing is founded on its way to what it was offered, and takes the rest as entries") {
  const Stored leader = disk_with(voters(3), {1, 2, 3, 3});
  const Log log(leader.base, leader.entries);
  const Base offered{4, log.term_at(4), log.chain_at(4), leader.base.members};
  Core core = new_node();
  core.step(from_leader(Install{offered}));
  REQUIRE(settle(core).fetch == offered);

  Base stranger = leader.base;
  stranger.index = 5;
  core.installed(stranger);  // beyond what was offered
  CHECK(core.log().last() == 0);

  core.installed(leader.base);
  const Output founded = settle(core);
  REQUIRE(founded.persist);
  CHECK(founded.persist->base == leader.base);
  CHECK(founded.persist->replaces_log);
  CHECK(core.log().last() == 1);
  CHECK(core.members() == voters(3));

  core.step(from_leader(Append{1, 0, leader.base.chain, log.slice(2, 1 << 20), 4}));
  const Output fed = settle(core);
  REQUIRE(fed.persist);
  CHECK(fed.persist->append.size() == 4);
  CHECK(core.commit() == 4);
  CHECK(core.log().chain_at(5) == log.chain_at(5));
}

TEST_CASE("History of another founding stops the node that it is fed to") {
  const Stored leader = disk_with(voters(3), {1, 2, 3});
  const Stored other = disk_with(voters(5), {1, 2, 3});
  const Log log(leader.base, leader.entries);
  const Log theirs(other.base, other.entries);
  Core core = new_node();
  core.step(from_leader(Install{{3, log.term_at(3), log.chain_at(3), leader.base.members}}));
  settle(core);
  core.installed(leader.base);
  settle(core);
  core.step(from_leader(Append{1, 0, theirs.chain_at(1), theirs.slice(2, 1 << 20), 3}));
  CHECK(core.take_output().diverged);
  CHECK(core.role() == Role::stopped);
}
