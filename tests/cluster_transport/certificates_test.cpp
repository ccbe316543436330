// The authority's files.
#include <sys/stat.h>

#include "persistence/atomic_file.hpp"
#include "tests/cluster_transport/node.hpp"

using namespace tally;
using namespace tally::cluster;

namespace {

unsigned mode_of(const std::filesystem::path& file) {
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  return facts.st_mode & 0777;
}

}  // namespace

TEST_CASE("A certificate says whose it is, and keys are for their owner alone") {
  Directory files;
  create_authority(files / "ca", "laptops", valid_for(100));
  issue_certificate(files / "ca", 0xc0ffee, files / "n", valid_for(20));
  CHECK(mode_of(files / "ca" / authority_key_file) == 0600);
  CHECK(mode_of(files / "n" / node_file) == 0600);
  const auto rows = certificates_in(files / "n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].facts.authority);
  CHECK_FALSE(rows[0].facts.node);
  CHECK(rows[1].facts.cluster == "laptops");
  CHECK(rows[1].facts.node == 0xc0ffee);
  CHECK(days_left(rows[1].facts, rows[1].facts.not_after_s - 86'400 * 20 - 1) == 20);
  CHECK(days_left(rows[1].facts, rows[1].facts.not_after_s + 1) == -1);
}

TEST_CASE("Nothing is replaced that was not meant to be, and nothing outlives its authority") {
  Directory files;
  create_authority(files / "ca", "laptops", valid_for(10));
  CHECK_THROWS_WITH(create_authority(files / "ca", "other", valid_for(10)), Catch::Contains("there is an authority already"));
  CHECK_THROWS_WITH(issue_certificate(files / "ca", 1, files / "n", valid_for(11)), Catch::Contains("outlive its authority"));
  CHECK_FALSE(std::filesystem::exists(files / "n"));
  CHECK_THROWS_WITH(issue_certificate(files / "ca", 0, files / "n", valid_for(5)), Catch::Contains("nobody's id"));
  CHECK_THROWS_WITH(rotate_certificate(files / "ca", files / "n", valid_for(5)), Catch::Contains("there is none"));
  issue_certificate(files / "ca", 1, files / "n", valid_for(5));
  CHECK_THROWS_WITH(issue_certificate(files / "ca", 1, files / "n", valid_for(5)), Catch::Contains("rotate"));
  CHECK_THROWS_WITH(issue_certificate(files / "nowhere", 2, files / "m", valid_for(5)), Catch::Contains("tally certs init"));
}

TEST_CASE("A rotation makes a new key for the same node, and keeps the old file") {
  Directory files;
  create_authority(files / "ca", "laptops", valid_for(10));
  issue_certificate(files / "ca", 7, files / "n", valid_for(5));
  const std::string old = read_file(files / "n" / node_file);
  const auto kept = rotate_certificate(files / "ca", files / "n", valid_for(8));
  CHECK(read_file(kept) == old);
  CHECK(mode_of(kept) == 0600);
  const std::string now = read_file(files / "n" / node_file);
  CHECK(now != old);
  CHECK(facts_of(now).node == 7);
  CHECK(facts_of(now).serial != facts_of(old).serial);
  CHECK_NOTHROW(certified(files / "n", 7, "laptops"));
}

TEST_CASE("A certificate with another's key, or an authority's, proves nothing") {
  Directory files;
  create_authority(files / "ca", "laptops", valid_for(10));
  issue_certificate(files / "ca", 1, files / "a", valid_for(5));
  issue_certificate(files / "ca", 2, files / "b", valid_for(5));
  const std::string a = read_file(files / "a" / node_file), b = read_file(files / "b" / node_file);
  const auto key_at = [](const std::string& text) { return text.find("-----BEGIN PRIVATE KEY"); };
  write_private_file_atomically(files / "a" / node_file, a.substr(0, key_at(a)) + b.substr(key_at(b)));
  CHECK_THROWS_WITH(certified(files / "a", 1, "laptops"), Catch::Contains("the key is not the certificate's"));
  write_private_file_atomically(files / "a" / node_file, read_file(files / "ca" / authority_file) + read_file(files / "ca" / authority_key_file));
  CHECK_THROWS_WITH(certified(files / "a", 1, "laptops"), Catch::Contains("the authority's, not a node's"));
}
