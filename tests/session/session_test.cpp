// One session, and the parts of it.
#include <rapidcheck.h>

#include "actors/host/cluster/session/conversation.hpp"
#include "tests/catch.hpp"
#include "tests/session/world.hpp"

using namespace tally::cluster;

namespace {

Lane lane_of(const Packet& packet) {
  tally::wire::Reader reader(packet);
  return read_frames_head(reader)->lane;
}

std::vector<Lane> frame_lanes(const std::vector<Packet>& packets) {
  std::vector<Lane> found;
  for (const Packet& packet : packets)
    if (kind_of(packet) == PacketKind::frames) found.push_back(lane_of(packet));
  return found;
}

}  // namespace

TEST_CASE("Votes leave before everything that waits, and bulk after everything else") {
  Session session({}, 1, 0);
  session.offer(Lane::bulk, Frame(1'000));
  session.offer(Lane::log, Frame(1'000));
  session.offer(Lane::calls, Frame(1'000));
  session.offer(Lane::votes, Frame(10));
  CHECK(frame_lanes(session.take_packets(0)) == std::vector<Lane>{Lane::votes, Lane::calls, Lane::log, Lane::bulk});
}

TEST_CASE("A vote leaves at once while bulk and log have used up the window") {
  Session session({}, 1, 0);
  for (int i = 0; i < 100; ++i) {
    session.offer(Lane::bulk, Frame(1u << 20));
    session.offer(Lane::log, Frame(100'000));
  }
  session.take_packets(0);
  CHECK(frame_lanes(session.take_packets(1)).empty());
  session.offer(Lane::votes, Frame(10));
  CHECK(frame_lanes(session.take_packets(2)) == std::vector<Lane>{Lane::votes});
}

TEST_CASE("Bulk has at most half of the window, so that log goes on") {
  SessionSettings settings;
  Session session(settings, 1, 0);
  session.offer(Lane::bulk, Frame(16u << 20));
  session.take_packets(0);
  CHECK(session.unacknowledged_bytes() <= session.window_bytes() / 2 + 1'000);
  session.offer(Lane::log, Frame(1'000));
  CHECK(frame_lanes(session.take_packets(1)) == std::vector<Lane>{Lane::log});
}

TEST_CASE("Beyond the bound bulk is dropped first, then log and calls, votes last") {
  SessionSettings settings;
  settings.waiting_bytes_max = 10'000;
  Session session(settings, 1, 0);
  for (int i = 0; i < 9; ++i) CHECK(session.offer(Lane::bulk, Frame(1'000)));
  CHECK_FALSE(session.offer(Lane::bulk, Frame(1'000)));
  CHECK(session.dropped(Lane::bulk) == 1);
  for (int i = 0; i < 9; ++i) CHECK(session.offer(Lane::log, Frame(1'000)));
  CHECK(session.dropped(Lane::bulk) == 10);
  CHECK_FALSE(session.offer(Lane::calls, Frame(1'000)));   // worth no more than log
  for (int i = 0; i < 9; ++i) CHECK(session.offer(Lane::votes, Frame(1'000)));
  CHECK(session.dropped(Lane::log) == 9);
  CHECK_FALSE(session.offer(Lane::votes, Frame(1'000)));
  CHECK(session.dropped(Lane::votes) == 1);
  CHECK(session.waiting_bytes() <= settings.waiting_bytes_max);
}

TEST_CASE("A frame that can never fit makes no room for itself") {
  SessionSettings settings;
  settings.waiting_bytes_max = 10'000;
  Session session(settings, 1, 0);
  CHECK(session.offer(Lane::bulk, Frame(1'000)));
  CHECK_FALSE(session.offer(Lane::votes, Frame(20'000)));
  CHECK(session.dropped(Lane::bulk) == 0);
}

TEST_CASE("A slow link makes the window smaller, a fast one larger") {
  SessionSettings settings;
  Session here(settings, 1, 0), there(settings, 1, 0);
  const auto exchange = [&](Nanoseconds from, Nanoseconds delay) {
    here.offer(Lane::log, Frame(150'000));
    for (const Packet& packet : here.take_packets(from)) there.receive(from + delay, packet);
    for (const Packet& packet : there.take_packets(from + delay)) here.receive(from + delay, packet);
  };
  Nanoseconds now = 0;
  for (int i = 0; i < 20; ++i) exchange(now += 20 * ms, 5 * ms);
  CHECK(here.window_bytes() == settings.window_bytes_max);
  for (int i = 0; i < 40; ++i) exchange(now += 400 * ms, 300 * ms);
  CHECK(here.window_bytes() == settings.window_bytes_min);
}

TEST_CASE("Whoever was away itself waits for what came meanwhile before it judges") {
  Session session({}, 1, 0);
  session.tick(50 * ms);
  session.tick(5'000 * ms);
  CHECK(session.ended() == EndReason::none);
  session.tick(5'600 * ms);
  CHECK(session.ended() == EndReason::silent);
}

TEST_CASE("Bytes that nobody meant end a session at most, and never the process") {
  CHECK(rc::check("session", [](const std::string& garbage, std::uint8_t kind) {
    Session session({}, 7, 0);
    Packet packet(1, static_cast<char>(kind % 9));
    tally::wire::append_be(packet, std::uint64_t{7});
    session.receive(1, packet + garbage);
    session.receive(2, garbage);
    session.tick(3);
    session.take_packets(3);
  }));
  CHECK(rc::check("damaged frames", [](std::uint64_t seed) {
    Dice dice(seed);
    SessionSettings settings;
    settings.frame_bytes_max = 50'000;
    settings.chunk_bytes_max = 4'000;
    Session here(settings, 7, 0), there(settings, 7, 0);
    for (int i = 0; i < 20; ++i) here.offer(static_cast<Lane>(dice.below(lanes)), Frame(dice.below(20'000)));
    for (Packet& packet : here.take_packets(0)) {
      if (dice.chance(50)) packet[dice.below(packet.size())] ^= static_cast<char>(1 << dice.below(8));
      if (dice.chance(10)) packet.resize(dice.below(packet.size() + 1));
      there.receive(1, packet);
    }
    for (const Delivery& delivery : there.take_deliveries()) RC_ASSERT(delivery.frame.size() <= settings.frame_bytes_max);
  }));
  CHECK(rc::check("conversation", [](const std::string& garbage, std::uint8_t kind) {
    TestCredentials credentials(1, 1);
    Party self{1, "test", "one", 1, {}};
    Conversation talk(self, {}, 1'000 * ms, credentials, [](const Party&) { return std::string(); });
    talk.call(0);
    talk.receive(1, Packet(1, static_cast<char>(kind % 9)) + garbage);
    talk.receive(2, Packet(1, static_cast<char>(kind % 9)) + "tally" + garbage);
    RC_ASSERT(!talk.up());
    talk.tick(5'000 * ms);
  }));
}

TEST_CASE("Hellos of another generation are refused by name") {
  TestCredentials credentials(1, 1);
  Conversation talk({1, "test", "one", 1, {}}, {}, 1'000 * ms, credentials, [](const Party&) { return std::string(); });
  Packet hello = written_hello({{2, "test", "two", 1, {}}, std::string(Credentials::nonce_bytes, 'n'), ""});
  hello[1 + 5 + 1] = 9;   // behind the kind and the magic
  talk.receive(0, hello);
  const auto happened = talk.take_happenings();
  REQUIRE(happened.size() == 1);
  CHECK(happened[0].why == "a hello of generation 9, ours is 1");
}

TEST_CASE("A session is not begun by a replayed confirmation") {
  TestCredentials one(1, 1), two(2, 2);
  const auto anyone = [](const Party&) { return std::string(); };
  Conversation caller({1, "test", "one", 1, {}}, {}, 1'000 * ms, one, anyone), answerer({2, "test", "two", 1, {}}, {}, 1'000 * ms, two, anyone);
  std::vector<Packet> recorded;
  caller.call(0);
  for (int round = 0; round < 3; ++round) {
    for (const Packet& packet : caller.take_packets(0)) {
      recorded.push_back(packet);
      answerer.receive(0, packet);
    }
    for (const Packet& packet : answerer.take_packets(0)) caller.receive(0, packet);
  }
  REQUIRE(caller.up());
  REQUIRE(answerer.up());
  Conversation victim({2, "test", "two", 1, {}}, {}, 1'000 * ms, two, anyone);
  for (const Packet& packet : recorded) {
    victim.receive(1, packet);
    victim.take_packets(1);
  }
  CHECK_FALSE(victim.up());
}
