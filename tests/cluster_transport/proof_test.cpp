// Who is let in, and who is not.
#include <ctime>

#include "actors/host/cluster/sockets.hpp"
#include "tests/cluster_transport/node.hpp"

using namespace tally;
using namespace tally::cluster;

namespace {

struct Cluster {
  Directory files;
  Cluster() {
    create_authority(files / "ca", "test", valid_for(10));
    issue_certificate(files / "ca", 1, files / "one", valid_for(5));
    issue_certificate(files / "ca", 2, files / "two", valid_for(5));
  }
};

// `stranger` was told of `host`, and never gets anywhere.
void stays_out(TestNode& stranger, TestNode& host, NodeId claimed) {
  stranger.transport.add_peer(1, host.address());
  REQUIRE(eventually([&] { return !stranger.trouble(host.address()).empty(); }));
  stranger.transport.send(1, Lane::calls, frame_of("let me in"));
  CHECK_FALSE(stranger.reaches(1));
  CHECK_FALSE(host.reaches(claimed));
  CHECK(host.count() == 0);
}

}  // namespace

TEST_CASE("A node of another authority does not get in") {
  Cluster cluster;
  create_authority(cluster.files / "other", "test", valid_for(10));
  issue_certificate(cluster.files / "other", 2, cluster.files / "stranger", valid_for(5));
  TestNode host(secure(1, cluster.files / "one")), stranger(secure(2, cluster.files / "stranger"));
  stays_out(stranger, host, 2);
}

TEST_CASE("A node without TLS does not get into a cluster with certificates, nor is it dialed successfully") {
  Cluster cluster;
  TestNode host(secure(1, cluster.files / "one")), stranger(plain(2));
  stays_out(stranger, host, 2);
  host.transport.add_peer(2, stranger.address());
  REQUIRE(eventually([&] { return !host.trouble(stranger.address()).empty(); }));
  CHECK_FALSE(host.reaches(2));
}

TEST_CASE("A certificate whose time is over does not start a node, and a node that runs on one does not get in") {
  Cluster cluster;
  const std::int64_t now = std::time(nullptr);
  issue_certificate(cluster.files / "ca", 3, cluster.files / "old", {now - 7'200, now - 60});
  CHECK_THROWS_WITH(CafTransport(secure(3, cluster.files / "old")), Catch::Contains("expired"));
  issue_certificate(cluster.files / "ca", 4, cluster.files / "early", {now + 3'600, now + 7'200});
  CHECK_THROWS_WITH(CafTransport(secure(4, cluster.files / "early")), Catch::Contains("not yet valid"));

  // Valid at its start, and over when it connects.
  issue_certificate(cluster.files / "ca", 5, cluster.files / "short", {now - 60, std::time(nullptr) + 2});
  TestNode host(secure(1, cluster.files / "one")), stranger(secure(5, cluster.files / "short"));
  REQUIRE(eventually([&] { return std::time(nullptr) > now + 3; }));
  stays_out(stranger, host, 5);
}

TEST_CASE("A certificate of one node does not make another node") {
  Cluster cluster;
  CHECK_THROWS_WITH(CafTransport(secure(3, cluster.files / "two")), Catch::Contains("is of node 0000000000000002, it says it is 0000000000000003"));
  CHECK_THROWS_WITH(CafTransport(secure(2, cluster.files / "two", "elsewhere")), Catch::Contains("of cluster 'test', not 'elsewhere'"));
  CHECK_THROWS_WITH(CafTransport(secure(2, cluster.files / "nowhere")), Catch::Contains("cannot be read"));

  // Who answers at an address is not whom we expected there.
  TestNode one(secure(1, cluster.files / "one")), two(secure(2, cluster.files / "two"));
  one.transport.add_peer(9, two.address());
  REQUIRE(eventually([&] { return one.trouble(two.address()).find("answers node 0000000000000002") != std::string::npos; }));
  CHECK_FALSE(one.reaches(9));
}

TEST_CASE("Without certificates a node listens and dials on loopback only") {
  TransportSettings open = plain(1);
  open.listen = {"0.0.0.0", 0};
  CafTransport refused(open);
  CHECK_THROWS_WITH(refused.start(), Catch::Contains("without certificates"));
  TestNode node(plain(1));
  node.transport.introduce({"192.0.2.1", 9});
  REQUIRE(eventually([&] { return node.trouble({"192.0.2.1", 9}).find("without certificates") != std::string::npos; }));
}

TEST_CASE("Another cluster, another version and a second claim to an id are refused, each by name") {
  TestNode host(plain(1)), second(plain(2)), other(plain(3, "other"));
  TransportSettings newer = plain(4);
  newer.version = 2;
  TestNode ahead(newer);
  second.transport.add_peer(1, host.address());
  REQUIRE(eventually([&] { return host.reaches(2); }));
  other.transport.add_peer(1, host.address());
  CHECK(eventually([&] { return other.peer(1).trouble.find("belongs to cluster 'other', not 'test'") != std::string::npos; }));
  ahead.transport.add_peer(1, host.address());
  CHECK(eventually([&] { return ahead.peer(1).trouble.find("speaks version 2, we speak 1") != std::string::npos; }));
  TestNode clone(plain(2));
  clone.transport.add_peer(1, host.address());
  CHECK(eventually([&] { return clone.peer(1).trouble.find("second claim to node 0000000000000002") != std::string::npos; }));
  CHECK(host.reaches(2));
  CHECK(host.peer(2).sessions == 1);
  TestNode mirror(plain(1));
  mirror.transport.introduce(host.address());
  CHECK(eventually([&] { return mirror.trouble(host.address()).find("claims our own id") != std::string::npos; }));
}

TEST_CASE("A rotated certificate is used from the next connection on, without a restart") {
  Cluster cluster;
  TestNode one(secure(1, cluster.files / "one"));
  auto two = std::make_unique<TestNode>(secure(2, cluster.files / "two"));
  const Address address = two->address();
  one.transport.add_peer(2, address);
  REQUIRE(eventually([&] { return one.reaches(2); }));
  const auto kept = rotate_certificate(cluster.files / "ca", cluster.files / "one", valid_for(5));
  CHECK(std::filesystem::exists(kept));
  two.reset();
  REQUIRE(eventually([&] { return !one.reaches(2); }));
  TransportSettings again = secure(2, cluster.files / "two");
  again.listen = address;
  two = std::make_unique<TestNode>(again);
  REQUIRE(eventually([&] { return one.reaches(2) && two->reaches(1); }));
}

TEST_CASE("A port that is taken is said in one line") {
  TestNode one(plain(1));
  TransportSettings same = plain(2);
  same.listen = one.address();
  CafTransport refused(same);
  CHECK_THROWS_WITH(refused.start(), Catch::Contains("Address already in use"));
}

TEST_CASE("Connections that say nothing keep nobody else out for long") {
  Cluster cluster;
  TestNode host(secure(1, cluster.files / "one"));
  std::vector<Socket> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(connected(host.address(), std::chrono::seconds(5), true));
  TestNode two(secure(2, cluster.files / "two"));
  two.transport.add_peer(1, host.address());
  REQUIRE(eventually([&] { return two.reaches(1) && host.reaches(2); }));
}
