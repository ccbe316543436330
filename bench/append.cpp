// P3 and P4: durable appends through the RocksDB journal, against floor A in the same run, rounds interleaved.
//
//   P3  one writer, entries of 256 events, each waited for before the next
//   P4  eight writers (a shard each) of one event, each waited for before the next; floor: eight threads, a file each
//
// usage: bench_append [rounds=7] [entries a round and writer=600]
#include <thread>

#include "bench/floor_append.hpp"
#include "bench/sample_events.hpp"
#include "persistence/rocksdb_journal.hpp"

using namespace tally;
using namespace tally::bench;

namespace {

std::vector<EntryPtr> prepare(Offset after, std::size_t count, std::size_t events) {
  std::vector<EntryPtr> entries;
  for (std::size_t i = 1; i <= count; ++i) entries.push_back(execution_entry(after + i, events));
  return entries;
}

// Seconds that `writers` threads take to append and commit `entries` each, with `window` of them in flight.
double run_journal(Journal& journal, int writers, std::size_t entries, std::size_t events, std::size_t window) {
  std::vector<std::vector<EntryPtr>> prepared;
  const auto shard = [](int i) { return Symbol("acct-" + std::to_string(i)); };
  for (int i = 0; i < writers; ++i) prepared.push_back(prepare(journal.end(shard(i)), entries, events));
  std::vector<std::thread> threads;
  const double start = seconds_now();
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&, i] {
      for (EntryPtr& prepared_entry : prepared[static_cast<std::size_t>(i)]) {
        const EntryPtr entry = std::move(prepared_entry);
        journal.append(shard(i), entry->offset, std::span(&entry, 1));
        if (entry->offset >= window) journal.wait_committed(shard(i), entry->offset - (window - 1));
      }
      journal.wait_committed(shard(i), journal.end(shard(i)));
    });
  for (std::thread& thread : threads) thread.join();
  return seconds_now() - start;
}

double run_floor(const std::filesystem::path& directory, int writers, std::size_t appends, std::size_t bytes) {
  std::vector<std::thread> threads;
  const std::string block(bytes, 'e');
  const double start = seconds_now();
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&, i] {
      AppendFloor floor(directory / ("floor-" + std::to_string(i)));
      for (std::size_t n = 0; n < appends; ++n) floor.append(block);
    });
  for (std::thread& thread : threads) thread.join();
  return seconds_now() - start;
}

struct Goal {
  const char* name;
  const char* what;
  int writers;
  std::size_t events;
  std::size_t window;
  double at_least;  // 0: shown beside it, no goal
};

void measure(const Goal& goal, int rounds, std::size_t entries) {
  const BenchDirectory directory;
  RocksDbJournal journal(directory.path() / "journal");
  const std::size_t bytes = 200 * goal.events;
  std::vector<double> ours;
  std::vector<double> floors;
  std::vector<double> ratios;
  run_journal(journal, goal.writers, entries / 4, goal.events, goal.window);
  const std::uint64_t syncs_before = journal.syncs();
  for (int round = 0; round < rounds; ++round) {
    const double total = static_cast<double>(entries * goal.events) * goal.writers;
    floors.push_back(total / run_floor(directory.path(), goal.writers, entries, bytes));
    ours.push_back(total / run_journal(journal, goal.writers, entries, goal.events, goal.window));
    ratios.push_back(ours.back() / floors.back());
  }
  const double syncs = static_cast<double>(journal.syncs() - syncs_before) / (static_cast<double>(entries) * goal.writers * rounds);
  std::printf("%-3s %-52s %9.0f events/s  floor A %9.0f  ratio %.2f", goal.name, goal.what, median(ours), median(floors), median(ratios));
  if (goal.at_least > 0) std::printf("  goal >= %.2f %s", goal.at_least, median(ratios) >= goal.at_least ? "met" : "MISSED");
  std::printf("  (%.2f syncs an append, %zu B an event)\n", syncs, stored_size(*execution_entry(1, goal.events)) / goal.events);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  const std::size_t entries = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 600;
  measure({"P3", "1 writer, 256 events an entry, synced", 1, 256, 1, 0.60}, rounds, entries);
  measure({"", "the same, four entries in flight", 1, 256, 4, 0}, rounds, entries);
  measure({"P4", "8 writers, 1 event an entry, synced", 8, 1, 1, 0.70}, rounds, entries);
  measure({"", "1 writer, 1 event an entry, synced", 1, 1, 1, 0}, rounds, entries);
}
