// Two nodes over CAF on loopback: frames, ends, joining.
#include "tests/cluster_transport/node.hpp"

using namespace tally;
using namespace tally::cluster;

TEST_CASE("Frames go both ways between two nodes that prove themselves by certificates") {
  Directory files;
  create_authority(files / "ca", "test", valid_for(10));
  issue_certificate(files / "ca", 1, files / "one", valid_for(5));
  issue_certificate(files / "ca", 2, files / "two", valid_for(5));
  TestNode one(secure(1, files / "one")), two(secure(2, files / "two"));
  one.transport.add_peer(2, two.address());
  two.transport.add_peer(1, one.address());
  REQUIRE(eventually([&] { return one.reaches(2) && two.reaches(1); }));
  one.transport.send(2, Lane::log, frame_of("append"));
  REQUIRE(eventually([&] { return two.count() == 1; }));
  two.transport.send(1, Lane::votes, frame_of("yes"));
  REQUIRE(eventually([&] { return one.count() == 1; }));
  CHECK(two.came()[0].from == 1);
  CHECK(two.came()[0].text == "append");
  CHECK(one.came()[0].lane == Lane::votes);
  CHECK(one.peer(2).name == "node-2");
  CHECK(eventually([&] { return one.peer(2).round_trip > 0 && two.peer(1).round_trip > 0; }));
}

TEST_CASE("Ten thousand frames of every lane arrive once and in order within their lane, in far fewer packets") {
  TestNode one(plain(1)), two(plain(2));
  one.transport.add_peer(2, two.address());
  REQUIRE(eventually([&] { return one.reaches(2) && two.reaches(1); }));
  constexpr std::size_t count = 10'000;
  for (std::size_t i = 0; i < count; ++i) one.transport.send(2, static_cast<Lane>(i % lanes), frame_of(std::to_string(i)));
  REQUIRE(eventually([&] { return two.count() == count; }));
  std::array<std::int64_t, lanes> last{-1, -1, -1, -1};
  for (const Came& came : two.came()) {
    const std::int64_t number = std::stoll(came.text);
    std::int64_t& before = last[static_cast<std::size_t>(came.lane)];
    REQUIRE(number > before);
    before = number;
  }
  CHECK(one.peer(2).counters.frames_sent == count);
  CHECK(one.peer(2).counters.packets_sent < count / 2);
}

TEST_CASE("A frame larger than a packet arrives whole, and votes pass it") {
  TestNode one(plain(1)), two(plain(2));
  one.transport.add_peer(2, two.address());
  REQUIRE(eventually([&] { return one.reaches(2) && two.reaches(1); }));
  std::string large(20u << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 2654435761u >> 13);
  one.transport.send(2, Lane::bulk, frame_of(large));
  one.transport.send(2, Lane::votes, frame_of("vote"));
  REQUIRE(eventually([&] { return two.count() == 2; }));
  CHECK(two.came()[0].text == "vote");
  CHECK(two.came()[1].text == large);
}

TEST_CASE("A peer that ends is noticed, and met again when it is back") {
  TestNode one(plain(1));
  auto two = std::make_unique<TestNode>(plain(2));
  const Address address = two->address();
  one.transport.add_peer(2, address);
  REQUIRE(eventually([&] { return one.reaches(2); }));
  two.reset();
  REQUIRE(eventually([&] { return !one.reaches(2); }));
  CHECK(one.peer(2).trouble != "");
  one.transport.send(2, Lane::log, frame_of("lost"));
  TransportSettings again = plain(2);
  again.listen = address;
  two = std::make_unique<TestNode>(again);
  REQUIRE(eventually([&] { return one.reaches(2); }));
  one.transport.send(2, Lane::log, frame_of("found"));
  REQUIRE(eventually([&] { return two->count() == 1; }));
  CHECK(two->came()[0].text == "found");
  CHECK(one.peer(2).sessions == 2);
  CHECK(one.peer(2).dropped[static_cast<std::size_t>(Lane::log)] == 1);
}

TEST_CASE("A node introduces itself to an address, is heard without having been added, and is answered") {
  TestNode one(plain(1)), joiner(plain(7));
  joiner.transport.introduce(one.address());
  REQUIRE(eventually([&] { return joiner.reaches(1) && one.reaches(7); }));
  CHECK_FALSE(one.peer(7).known);
  CHECK(one.peer(7).address == joiner.address());
  joiner.transport.send(1, Lane::calls, frame_of("may I join?"));
  REQUIRE(eventually([&] { return one.count() == 1; }));
  one.transport.send(7, Lane::calls, frame_of("you may"));
  REQUIRE(eventually([&] { return joiner.count() == 1; }));
}

TEST_CASE("Of two nodes that both dial, one link is made") {
  TestNode one(plain(1)), two(plain(2));
  one.transport.add_peer(2, two.address());
  two.transport.add_peer(1, one.address());
  two.transport.introduce(one.address());
  REQUIRE(eventually([&] { return one.reaches(2) && two.reaches(1); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(800));   // longer than the higher id yields
  CHECK(one.reaches(2));
  CHECK(two.reaches(1));
  CHECK(one.peer(2).sessions == two.peer(1).sessions);
  CHECK(one.transport.peers().size() == 1);
}

TEST_CASE("A removed peer is let go") {
  TestNode one(plain(1)), two(plain(2));
  one.transport.add_peer(2, two.address());
  REQUIRE(eventually([&] { return one.reaches(2) && two.reaches(1); }));
  one.transport.remove_peer(2);
  REQUIRE(eventually([&] { return !two.reaches(1); }));
  CHECK(one.changes().back() == std::pair<NodeId, bool>(2, false));
}
