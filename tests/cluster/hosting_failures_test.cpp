// Whether a failure lies in a node or travels with the account.
#include "app/cluster/hosting_failures.hpp"
#include "tests/catch.hpp"

using namespace tally;

TEST_CASE("A signature is the same on every node: directories are taken out, and it is bounded") {
  CHECK(failure_signature("/home/a/data/profile.yaml: unknown key, see '/home/a/data/log/node.log'", "/home/a/data") ==
        failure_signature("/srv/b/profile.yaml: unknown key, see '/srv/b/log/node.log'", "/srv/b"));
  // However it was named, and whatever it is part of.
  CHECK(failure_signature("a/accounts/demo.yaml: a bad data/file", "a") == "<data>/accounts/demo.yaml: a bad data/file");
  CHECK(failure_signature("d/accounts/demo.yaml: a bad data/file", "d") == "<data>/accounts/demo.yaml: a bad data/file");
  CHECK(failure_signature("data/a and metadata/a, data/", "data") == "<data>/a and metadata/a, <data>/");
  CHECK(failure_signature("entry 57: overflow", "") == "entry 57: overflow");
  CHECK(failure_signature(std::string(5'000, 'x'), "/a").size() == signature_bytes_max);
}

TEST_CASE("The same failure on a second node is known as the same, another one is not") {
  HostingFailures failures;
  failures.failed(1, "entry 57: overflow");
  failures.failed(1, "entry 57: overflow");
  CHECK_FALSE(failures.same_elsewhere(1));
  CHECK_FALSE(failures.same_elsewhere(2));
  failures.failed(2, "the disk is full");
  CHECK_FALSE(failures.same_elsewhere(2));
  failures.failed(2, "entry 57: overflow");
  CHECK(failures.same_elsewhere(2) == 1);
  CHECK(failures.same_elsewhere(1) == 2);
  CHECK(failures.all().size() == 2);
  failures.over();
  CHECK(failures.all().empty());
  CHECK_FALSE(failures.same_elsewhere(2));
}

TEST_CASE("What nodes say is kept up to a bound, and what is kept can still change") {
  HostingFailures failures;
  for (consensus::NodeId node = 1; node <= HostingFailures::kept_max + 10; ++node) failures.failed(node, "why");
  CHECK(failures.all().size() == HostingFailures::kept_max);
  failures.failed(1, "something else");
  CHECK(failures.all().front().second == "something else");
}
