// What stands between nodes: it lets through, holds back without a word, and cuts.
#include "app/drill/proxy.hpp"

#include <sys/socket.h>

#include "tests/catch.hpp"

using namespace tally;
using namespace tally::drill;

namespace {

// Two ends of a connection through a proxy.
struct Ends {
  explicit Ends(const char* one, const char* other)
      : listener(LineSocket::listen_tcp("127.0.0.1:0")), mesh({{one, "127.0.0.1:1"}, {other, listener.local_address()}}) {
    auto dialled = LineSocket::connect_tcp(mesh.address(one, other), 5);
    REQUIRE(dialled);
    dialler = *std::move(dialled);
    target = LineSocket(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    REQUIRE(target.fd() >= 0);
    dialler.give_up_after(1);
    target.give_up_after(1);
  }
  static bool arrives(LineSocket& from, LineSocket& to, const std::string& line) {
    from.write_line(line);
    const auto got = to.read_line(1'000);
    return got && *got == line;
  }

  LineSocket listener;
  ProxyMesh mesh;
  LineSocket dialler;
  LineSocket target;
};

}  // namespace

TEST_CASE("A proxy lets both directions through, also slowly and in large pieces") {
  Ends ends("a", "b");
  CHECK(Ends::arrives(ends.dialler, ends.target, "there"));
  CHECK(Ends::arrives(ends.target, ends.dialler, "back"));
  ends.mesh.set_delay(50);
  CHECK(Ends::arrives(ends.dialler, ends.target, "late"));
  ends.mesh.heal();
  const std::string large(3'000'000, 'x');
  std::thread writer([&] { ends.dialler.write_line(large); });
  const auto got = ends.target.read_line(4'000'000);
  writer.join();
  CHECK((got && *got == large));
}

TEST_CASE("One direction is held back and the other is not; when it heals, what was held arrives") {
  Ends ends("a", "b");
  CHECK(Ends::arrives(ends.dialler, ends.target, "first"));
  ends.mesh.set("a", "b", Passage::hold);
  CHECK_FALSE(Ends::arrives(ends.dialler, ends.target, "held"));
  CHECK(Ends::arrives(ends.target, ends.dialler, "heard"));
  ends.mesh.heal();
  const auto late = ends.target.read_line(1'000);
  CHECK((late && *late == "held"));
}

TEST_CASE("A cut ends connections and lets no new one through until it heals") {
  Ends ends("a", "b");
  ends.mesh.set_between("a", "b", Passage::cut);
  CHECK_FALSE(ends.dialler.read_line(10));
  ends.mesh.heal();
  auto again = LineSocket::connect_tcp(ends.mesh.address("a", "b"), 5);
  REQUIRE(again);
  LineSocket other(::accept4(ends.listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  CHECK(Ends::arrives(*again, other, "welcome"));
}

TEST_CASE("A half connection: one end is told, the other hears nothing of it until it heals, and new connections pass") {
  Ends ends("a", "b");
  CHECK(Ends::arrives(ends.dialler, ends.target, "first"));
  ends.mesh.halve_connections();
  CHECK_FALSE(ends.dialler.read_line(10));
  ends.target.write_line("still there");   // nobody says that it is not
  char byte = 0;
  CHECK(::recv(ends.target.fd(), &byte, 1, MSG_DONTWAIT) == -1);   // silence, not an end
  auto again = LineSocket::connect_tcp(ends.mesh.address("a", "b"), 5);
  REQUIRE(again);
  LineSocket other(::accept4(ends.listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  CHECK(Ends::arrives(*again, other, "welcome"));
  ends.mesh.heal();
  CHECK_FALSE(ends.target.read_line(10));   // the end, now
}

TEST_CASE("Messages that take unlike long arrive in order all the same") {
  Ends ends("a", "b");
  ends.mesh.set_delay(0, 30);
  for (int n = 0; n < 20; ++n) ends.dialler.write_line(std::to_string(n));
  for (int n = 0; n < 20; ++n) {
    const auto got = ends.target.read_line(100);
    REQUIRE(got);
    CHECK(*got == std::to_string(n));
  }
}
