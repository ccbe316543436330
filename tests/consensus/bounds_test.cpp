// Every queue has an end.
#include "tests/catch.hpp"
#include "tests/consensus/cluster.hpp"

using namespace tally::consensus;

TEST_CASE("Reads that wait are bounded") {
  Settings settings = quick(1);
  settings.reads_max = 3;
  Cluster cluster;
  cluster.add(1, disk_with(voters(3)), settings);
  cluster.add(2, disk_with(voters(3)));
  cluster.add(3, disk_with(voters(3)));
  cluster.stand(1);
  cluster.cut_off({1});
  for (std::uint64_t id = 0; id < 3; ++id) CHECK(cluster.core(1).read(id) == Refusal::none);
  CHECK(cluster.core(1).read(3) == Refusal::full);
}

TEST_CASE("What is on its way to one follower is bounded in messages and bytes, and so is one message") {
  Cluster cluster;
  for (NodeId id = 1; id <= 3; ++id) {
    Settings settings = quick(id);
    settings.append_bytes_max = 4'000;
    settings.entry_bytes_max = 4'000;
    settings.window_messages_max = 4;
    settings.window_bytes_max = 10'000;
    cluster.add(id, disk_with(voters(3)), settings);
  }
  cluster.stand(1);
  cluster.settle();
  cluster.cut_off({});
  std::size_t appends = 0, most = 0;
  cluster.passes = [&](const Message& message) {
    if (const auto* append = std::get_if<Append>(&message.body); append && message.to == 2) {
      std::size_t size = 0;
      for (const LogEntry& entry : append->entries) size += bytes_of(entry);
      most = std::max(most, size);
      ++appends;
      return false;
    }
    return true;
  };
  for (int i = 0; i < 500; ++i) {
    cluster.propose(1, std::string(900, 'x'));
    cluster.settle();
  }
  CHECK(appends <= 4);
  CHECK(appends >= 1);
  CHECK(most <= 4'000);
  cluster.heal();
  cluster.pass(2'000 * ms);
  CHECK(cluster.core(2).commit() == cluster.core(1).commit());  // what was lost is sent again
  CHECK(cluster.core(1).propose(bytes(std::string(4'001, 'x'))).refusal == Refusal::too_large);
}

TEST_CASE("The log in memory is bounded: a leader refuses, a follower waits, and both go on when there is room") {
  Cluster cluster;
  for (NodeId id = 1; id <= 3; ++id) {
    Settings settings = quick(id);
    settings.log_bytes_max = 50'000;
    settings.log_bytes_kept = 10'000;
    settings.append_bytes_max = 4'000;
    settings.entry_bytes_max = 4'000;
    cluster.add(id, disk_with(voters(3)), settings);
  }
  cluster.stand(1);
  cluster.settle();
  cluster.at(2).applies = false;  // slow to apply
  std::size_t accepted = 0;
  for (int i = 0; i < 200; ++i) {
    accepted += cluster.core(1).propose(bytes(std::string(1'000, 'x'))).refusal == Refusal::none;
    cluster.pump(1);
    cluster.settle();
  }
  CHECK(accepted == 200);
  for (NodeId id = 1; id <= 3; ++id) CHECK(cluster.core(id).memory_bytes() <= 54'000);
  CHECK(cluster.core(2).log().last() < cluster.core(1).log().last());

  cluster.core(2).applied(cluster.core(2).commit());
  cluster.at(2).applies = true;
  cluster.pass(500 * ms);
  REQUIRE(cluster.at(2).fetch);  // it lacks what the others have no longer in memory
  cluster.core(2).installed(*cluster.at(2).fetch);
  cluster.pump(2);
  cluster.pass(500 * ms);
  CHECK(cluster.core(2).commit() == cluster.core(1).commit());

  cluster.only({1});
  Refusal refusal = Refusal::none;
  for (int i = 0; i < 200 && refusal == Refusal::none; ++i)
    refusal = cluster.core(1).propose(bytes(std::string(1'000, 'x'))).refusal;
  CHECK(refusal == Refusal::full);
}
