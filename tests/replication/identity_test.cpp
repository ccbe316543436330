// Who a disk is, through restarts, damage and upgrades.
#include "persistence/replication/identity.hpp"

#include <fstream>

#include "persistence/atomic_file.hpp"
#include "persistence/journal.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;
using replication::node_identity;

TEST_CASE("A disk keeps its id, and is refused where any bit of it has flipped") {
  TemporaryDirectory directory;
  const consensus::NodeId id = node_identity(directory.path());
  CHECK(id != consensus::nobody);
  CHECK(node_identity(directory.path()) == id);
  const auto file = directory.path() / "NODE";
  const std::string whole = read_file(file);
  REQUIRE(whole.size() == 26);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    std::ofstream(file, std::ios::trunc) << damaged;
    CAPTURE(bit);
    CHECK_THROWS_AS(node_identity(directory.path()), JournalError);
  }
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::ofstream(file, std::ios::trunc) << whole.substr(0, length);
    CHECK_THROWS_AS(node_identity(directory.path()), JournalError);
  }
}

TEST_CASE("An id from before there was a sum is kept, and gets one") {
  TemporaryDirectory directory;
  std::ofstream(directory.path() / "NODE") << "00c0ffee00c0ffee\n";
  CHECK(node_identity(directory.path()) == 0x00c0ffee00c0ffeeu);
  CHECK(read_file(directory.path() / "NODE").size() == 26);
  CHECK(node_identity(directory.path()) == 0x00c0ffee00c0ffeeu);
}
