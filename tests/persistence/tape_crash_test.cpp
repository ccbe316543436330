// A process that records under load is killed at random moments: what it reported as synced is there, nothing damaged is given,
// and no offset ever means two records.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include "tests/persistence/child.hpp"
#include "tests/persistence/tape_samples.hpp"

using namespace tally;
using namespace tally::samples;

TEST_CASE("child: records on a tape until it is killed", "[.child]") {
  const char* directory = std::getenv("TALLY_TEST_DIRECTORY");
  if (!directory) return;
  TapeOptions options;
  options.segment_bytes = 200'000;
  options.sync_every_ns = ns_per_ms;
  options.retention.compress_after_ns = 0;
  TapeWriter writer(std::filesystem::path(directory) / "t", options);
  Offset reported = writer.synced();
  while (true) {
    const Offset number = writer.end() + 1;
    const auto offset = writer.append(tape_message(number), tape_time(number));
    if (offset && *offset != number) std::abort();
    if (const Offset synced = writer.synced(); synced >= reported + 100) report(reported = synced);
    if (number % 512 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

TEST_CASE("Killed at 60 random moments under load, a tape keeps what was synced and gives nothing damaged") {
  const char* given = std::getenv("TALLY_SEED");
  const auto seed = given ? std::stoul(given) : std::random_device{}();
  std::cerr << "tape crash rounds: TALLY_SEED=" << seed << "\n";
  std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
  std::unique_ptr<TemporaryDirectory> directory;
  Offset synced_before = 0;
  std::size_t reports = 0, records = 0, unclean = 0;
  for (int round = 0; round < 60; ++round) {
    INFO("seed " << seed << " round " << round);
    if (round % 6 == 0) {  // a history of six kills, then a new one
      directory = std::make_unique<TemporaryDirectory>();
      synced_before = 0;
    }
    const std::filesystem::path tape = directory->path() / "t";
    Child child("child: records on a tape until it is killed", {{"TALLY_TEST_DIRECTORY", directory->path().string()}});
    if (round % 3 != 0) child.wait_for_reports(1 + random() % 20);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    child.kill_hard();
    for (const Offset offset : child.reports()) {
      REQUIRE(offset > synced_before);
      synced_before = offset;
      ++reports;
    }
    if (!std::filesystem::exists(tape_files::identity(tape))) continue;
    REQUIRE(survey_tape(tape, true).first_damage() == nullptr);
    TapeReader reader(tape);
    Offset last = 0;
    std::size_t different = 0;
    while (reader.next()) {
      last = reader.record().offset;
      different += !holds(reader.record(), tape_message(last));
      ++records;
      // Only between one process and the next offsets may be missing.
      if (reader.missing()) {
        ++unclean;
        REQUIRE(reader.missing()->to - reader.missing()->from + 1 >= TapeWriter::offsets_left_out);
      }
    }
    REQUIRE(different == 0);
    REQUIRE(last >= synced_before);
  }
  CHECK(reports > 100);
  CHECK(records > 10'000);
  CHECK(unclean > 10);
}
