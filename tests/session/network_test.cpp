// The session layer of several nodes over a virtual network.
#include <rapidcheck.h>

#include "tests/catch.hpp"
#include "tests/session/world.hpp"

using namespace tally::cluster;

namespace {

constexpr Nanoseconds noticed_within = 1'200 * ms;

// What lanes carry in these tests: a count, and bytes that follow from it.
Frame numbered(std::uint64_t number, std::size_t size) {
  std::string text;
  tally::wire::append_be(text, number);
  while (text.size() < size) text += static_cast<char>(number * 31 + text.size());
  const auto bytes = tally::wire::bytes_of(text);
  return Frame(bytes.begin(), bytes.end());
}

std::optional<std::uint64_t> number_of(const Frame& frame) {
  if (frame.size() < 8) return std::nullopt;
  const auto number = tally::wire::read_be<std::uint64_t>(reinterpret_cast<const char*>(frame.data()));
  if (frame != numbered(number, frame.size())) return std::nullopt;
  return number;
}

SessionSettings small() {
  SessionSettings settings;
  settings.waiting_bytes_max = 300'000;
  settings.frame_bytes_max = 200'000;
  settings.window_bytes_max = 60'000;
  settings.window_bytes_min = 4'000;
  settings.votes_window_bytes = 8'000;
  settings.chunk_bytes_max = 10'000;
  return settings;
}

std::optional<Nanoseconds> noticed(World::Node& node, NodeId peer, Nanoseconds from) {
  for (const auto& [at, change] : node.changes)
    if (change.peer == peer && !change.reachable && at >= from) return at - from;
  return std::nullopt;
}

// Nothing overtakes anything, as on one TCP connection.
const Weather calm{0, 0, ms / 2, ms / 2};

struct Traffic {
  std::map<std::tuple<NodeId, NodeId, Lane>, std::uint64_t> sent;

  void send_some(World& world, const SessionSettings& settings, const std::vector<NodeId>& ids) {
    Dice& dice = world.dice();
    const NodeId from = ids[dice.below(ids.size())], to = ids[dice.below(ids.size())];
    const auto lane = static_cast<Lane>(dice.below(lanes));
    if (world.node(from).frozen) return;
    const std::size_t size = 8 + (dice.chance(5) ? dice.below(settings.frame_bytes_max) : dice.below(400));
    world.send(from, to, lane, numbered(++sent[{from, to, lane}], size));
  }
};

void check_bounds(World& world, const SessionSettings& settings, const std::vector<NodeId>& ids) {
  for (const NodeId id : ids)
    for (const PeerStatus& row : world.node(id).mesh->status(world.now())) {
      RC_ASSERT(row.waiting_bytes <= settings.waiting_bytes_max + settings.chunk_bytes_max);
      RC_ASSERT(row.unacknowledged_bytes <= settings.window_bytes_max + settings.votes_window_bytes + settings.chunk_bytes_max);
    }
}

void check_order(World& world, const std::vector<NodeId>& ids) {
  for (const NodeId id : ids) {
    std::map<std::pair<NodeId, Lane>, std::uint64_t> last;
    for (const Heard& heard : world.node(id).heard) {
      const auto number = number_of(heard.frame);
      RC_ASSERT(number.has_value());
      std::uint64_t& before = last[{heard.from, heard.lane}];
      RC_ASSERT(*number > before);
      before = *number;
    }
  }
}

}  // namespace

TEST_CASE("Through any weather, nothing arrives twice, out of order or damaged, bounds hold, and after it all meet again") {
  const std::vector<NodeId> ids{1, 2, 3};
  CHECK(rc::check("weather", [&](std::uint64_t seed) {
    Dice dice(seed);
    const SessionSettings settings = small();
    Weather weather;
    weather.loss = static_cast<unsigned>(dice.below(4) * 8);
    weather.duplicates = static_cast<unsigned>(dice.below(3) * 20);
    weather.delay_max = static_cast<Nanoseconds>(dice.below(4) * 20 + 1) * ms;
    World world(seed, ids, settings, weather);
    world.know_each_other();
    Traffic traffic;
    for (int step = 0; step < 600; ++step) {
      for (auto burst = dice.below(20); burst > 0; --burst) traffic.send_some(world, settings, ids);
      const NodeId a = ids[dice.below(3)], b = ids[dice.below(3)];
      switch (dice.below(60)) {
        case 0: world.block(a, b); break;
        case 1: world.open(); break;
        case 2: if (!world.node(a).frozen && !world.node(b).frozen && a != b) world.cut(a, b); break;
        case 3: world.freeze(a); break;
        case 4: for (const NodeId id : ids) if (world.node(id).frozen) world.thaw(id); break;
        default: break;
      }
      world.run_for(static_cast<Nanoseconds>(dice.below(30)) * ms);
      check_bounds(world, settings, ids);
    }
    check_order(world, ids);
    world.open();
    for (const NodeId id : ids)
      if (world.node(id).frozen) world.thaw(id);
    world.weather() = calm;
    world.run_for(15'000 * ms);
    for (const NodeId a : ids)
      for (const NodeId b : ids) {
        if (a == b) continue;
        RC_ASSERT(world.reaches(a, b));
        const std::size_t before = world.node(b).heard.size();
        for (std::size_t lane = 0; lane < lanes; ++lane)
          world.send(a, b, static_cast<Lane>(lane), numbered(++traffic.sent[{a, b, static_cast<Lane>(lane)}], 20'000));
        world.run_for(1'000 * ms);
        RC_ASSERT(world.node(b).heard.size() >= before + lanes);
      }
    check_order(world, ids);
  }));
}

TEST_CASE("A frozen peer is noticed within 1.2 s whenever it freezes, and what is sent to it then is bounded") {
  CHECK(rc::check("freeze", [](std::uint64_t seed) {
    Dice dice(seed);
    SessionSettings settings;
    settings.waiting_bytes_max = 4u << 20;
    World world(seed, {1, 2}, settings, {});
    world.know_each_other();
    world.run_for(2'000 * ms);
    RC_ASSERT(world.linked(1, 2));
    world.run_for(static_cast<Nanoseconds>(dice.below(1'000)) * ms);
    const NodeId frozen = 1 + dice.below(2), other = 3 - frozen;
    world.freeze(frozen);
    const Nanoseconds at = world.now();
    const std::size_t before = world.node(other).bytes_out;
    for (int i = 0; i < 400; ++i) {
      world.send(other, frozen, static_cast<Lane>(dice.below(lanes)), Frame(60'000));
      RC_ASSERT(world.status(other, frozen).waiting_bytes <= settings.waiting_bytes_max + settings.chunk_bytes_max);
      world.run_for(5 * ms);
    }
    const auto after = noticed(world.node(other), frozen, at);
    RC_ASSERT(after && *after <= noticed_within);
    RC_ASSERT(world.status(other, frozen).waiting_bytes == 0u);
    world.run_for(60'000 * ms);
    RC_ASSERT(world.node(other).bytes_out - before <= settings.window_bytes_max + settings.votes_window_bytes + 2 * settings.chunk_bytes_max);
    world.thaw(frozen);
    world.run_for(6'000 * ms);
    RC_ASSERT(world.linked(1, 2));
  }));
}

TEST_CASE("A one-way partition is noticed at both ends within 1.2 s, and each says which way it is broken") {
  CHECK(rc::check("one way", [](std::uint64_t seed) {
    World world(seed, {1, 2}, {}, {});
    world.know_each_other();
    world.run_for(1'000 * ms + static_cast<Nanoseconds>(seed % 500) * ms);
    RC_ASSERT(world.linked(1, 2));
    const NodeId deaf = 1 + seed % 2, mute = 3 - deaf;
    world.block(mute, deaf);
    const Nanoseconds at = world.now();
    world.run_for(noticed_within);
    for (const NodeId id : {deaf, mute}) {
      const auto after = noticed(world.node(id), 3 - id, at);
      RC_ASSERT(after && *after <= noticed_within);
    }
    RC_ASSERT(world.node(deaf).notes.back().find("nothing was heard from it") != std::string::npos);
    RC_ASSERT(world.node(mute).notes.back().find("it heard nothing from us") != std::string::npos);
    world.open();
    world.run_for(10'000 * ms);
    RC_ASSERT(world.linked(1, 2));
  }));
}

TEST_CASE("What a link held back arrives all at once, and the two have a session again within a moment, whichever hellos crossed") {
  CHECK(rc::check("held back", [](std::uint64_t seed) {
    Dice dice(seed);
    World world(seed, {1, 2}, {}, calm);
    world.know_each_other();
    world.run_for(1'000 * ms + static_cast<Nanoseconds>(dice.below(500)) * ms);
    RC_ASSERT(world.linked(1, 2));
    const auto ways = dice.below(3);
    if (ways != 1) world.hold(1, 2);
    if (ways != 2) world.hold(2, 1);
    world.run_for(1'200 * ms + static_cast<Nanoseconds>(dice.below(20'000)) * ms);
    RC_ASSERT(!world.linked(1, 2));
    const auto sessions = world.status(1, 2).sessions + world.status(2, 1).sessions;
    world.release();
    world.run_for(50 * ms);
    RC_ASSERT(world.linked(1, 2));
    RC_ASSERT(world.status(1, 2).sessions + world.status(2, 1).sessions == sessions + 2);
    world.run_for(5'000 * ms);
    RC_ASSERT(world.linked(1, 2));
    RC_ASSERT(world.status(1, 2).sessions + world.status(2, 1).sessions == sessions + 2);
  }));
}

TEST_CASE("A closed connection is noticed at once, by both") {
  World world(1, {1, 2}, {}, {});
  world.know_each_other();
  world.run_for(1'000 * ms);
  REQUIRE(world.linked(1, 2));
  const Nanoseconds at = world.now();
  world.cut(1, 2);
  CHECK(noticed(world.node(1), 2, at) == 0);
  CHECK(noticed(world.node(2), 1, at) == 0);
  world.run_for(2'000 * ms);
  CHECK(world.linked(1, 2));
}

TEST_CASE("Two that call each other at the same moment have one session") {
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    World world(seed, {1, 2}, {}, {});
    world.node(1).mesh->introduce(world.now(), World::address_of(2));
    world.node(2).mesh->introduce(world.now(), World::address_of(1));
    world.run_for(1'000 * ms);
    CHECK(world.linked(1, 2));
    CHECK(world.status(1, 2).sessions == 1);
    CHECK(world.status(2, 1).sessions == 1);
  }
}

TEST_CASE("Who does not hold the key of its id is refused, and the pauses between its attempts grow") {
  World world(1, {1}, {}, {});
  World::Node& impostor = world.add(2, 9, {});
  impostor.mesh->introduce(world.now(), World::address_of(1));
  world.run_for(60'000 * ms);
  CHECK_FALSE(world.reaches(1, 2));
  CHECK_FALSE(world.reaches(2, 1));
  CHECK(world.node(1).notes.size() == 1);
  CHECK(world.node(1).notes[0].find("does not hold the key") != std::string::npos);
  const std::size_t hello = 200;
  CHECK(impostor.bytes_out > 5 * hello);
  CHECK(impostor.bytes_out < 60 * 3 * hello);
}

TEST_CASE("A lost packet does not close the window for ever") {
  Weather lossy;
  lossy.loss = 60;
  World world(3, {1, 2}, small(), {});
  world.know_each_other();
  world.run_for(1'000 * ms);
  REQUIRE(world.linked(1, 2));
  world.weather() = lossy;
  for (int i = 0; i < 50; ++i) world.send(1, 2, Lane::log, Frame(5'000));
  world.run_for(100 * ms);
  world.weather() = calm;
  world.run_for(1'500 * ms);
  REQUIRE(world.linked(1, 2));
  CHECK(world.status(1, 2).unacknowledged_bytes == 0);
  CHECK(world.status(1, 2).sessions == 1);
}
