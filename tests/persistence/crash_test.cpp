// A process that appends under load is killed at random moments: whatever it reported as committed is there, the log
// is dense, every entry is the one that was appended, and the chain holds.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "persistence/rocksdb_journal.hpp"
#include "persistence/verify.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/child.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using samples::Child;
using samples::entry_at;
using samples::stored;

namespace {

constexpr int shard_count = 3;
Symbol shard(int i) { return Symbol("acct-" + std::to_string(i)); }

// Some entries large, most small, so that kills meet batches of every shape.
std::size_t payload_at(Offset offset) { return offset % 37 == 0 ? 400 : offset % 5 + 1; }

// The environment gives a round's directory; absent where the hidden case is run by hand.
const char* setting(const char* name) { return std::getenv(name); }

RocksDbOptions small_buffers() {
  RocksDbOptions options;
  options.write_buffer_bytes = 256 << 10;  // flushes and compactions within a round
  return options;
}

}  // namespace

TEST_CASE("child: appends to three shards until it is killed", "[.child]") {
  const char* directory = setting("TALLY_TEST_DIRECTORY");
  if (!directory) return;
  RocksDbJournal journal(directory, small_buffers());
  for (int i = 0; i < shard_count; ++i)
    journal.on_commit(shard(i), [i](Offset offset) { samples::report(offset << 8 | static_cast<unsigned>(i)); });
  std::vector<std::thread> writers;
  for (int i = 0; i < shard_count; ++i)
    writers.emplace_back([&, i] {
      while (true) {
        const Offset next = journal.end(shard(i)) + 1;
        const EntryPtr entry = samples::shared_entry_at(shard(i), next, payload_at(next));
        journal.append(shard(i), next, std::span(&entry, 1), next % 4 == 0 ? Commit::now : Commit::soon);
        if (next % 16 == 0) journal.wait_committed(shard(i), next);
        if (next % 64 == 0) {
          const Journal::SnapshotRow row{{EntityKind::investor, Symbol("ada")}, next, 1, next, Bytes(next % 100, std::byte{5})};
          journal.put_snapshots(shard(i), std::span(&row, 1));
        }
      }
    });
  for (std::thread& writer : writers) writer.join();
}

namespace {

struct Acknowledged {
  Offset of[shard_count] = {};
};

void check_round(const std::filesystem::path& directory, const Acknowledged& acknowledged) {
  {
    const RocksDbJournal journal(directory, small_buffers());
    for (int i = 0; i < shard_count; ++i) {
      REQUIRE(journal.end(shard(i)) >= acknowledged.of[i]);
      REQUIRE(journal.committed(shard(i)) == journal.end(shard(i)));
      Offset next = 1;
      std::size_t different = 0;
      for_each_entry(journal, shard(i), 1, journal.end(shard(i)), [&](const Entry& entry) {
        different += stored(entry) != stored(entry_at(shard(i), next, payload_at(next)));
        ++next;
      });
      REQUIRE(different == 0);
      REQUIRE(next == journal.end(shard(i)) + 1);
      const auto row = journal.snapshot(shard(i), {EntityKind::investor, Symbol("ada")});
      if (row) REQUIRE(row->offset <= journal.end(shard(i)));
    }
  }
  const VerifyReport report = verify(directory);
  for (const ShardReport& checked : report.shards) INFO(checked.why);
  REQUIRE(report.sound());
}

}  // namespace

TEST_CASE("Killed at 200 random moments under load, the journal keeps every acknowledged entry") {
  const auto seed = setting("TALLY_SEED") ? std::stoul(setting("TALLY_SEED")) : std::random_device{}();
  std::cerr << "crash rounds: TALLY_SEED=" << seed << "\n";
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  std::unique_ptr<samples::TemporaryDirectory> directory;
  Acknowledged acknowledged;
  std::size_t commits = 0;
  for (int round = 0; round < 200; ++round) {
    INFO("seed " << seed << " round " << round);
    if (round % 10 == 0) {  // a history of ten kills, then a new one
      directory = std::make_unique<samples::TemporaryDirectory>();
      acknowledged = {};
    }
    Child child("child: appends to three shards until it is killed", {{"TALLY_TEST_DIRECTORY", directory->path().string()}});
    // Half of the rounds wait for commits first, the others may die while the journal still opens.
    if (round % 2 == 0) child.wait_for_reports(1 + random() % 200);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    child.kill_hard();
    for (const std::uint64_t report : child.reports()) {
      Offset& last = acknowledged.of[report & 0xFF];
      REQUIRE(report >> 8 > last);
      last = report >> 8;
      ++commits;
    }
    if (round % 10 == 0 && !std::filesystem::exists(directory->path() / "JOURNAL")) continue;
    check_round(directory->path(), acknowledged);
  }
  CHECK(commits > 2'000);
}
