// 100,000 subscriptions of one account at once: what they weigh awake and asleep, how long a signal takes that every one of them
// trades on, and how long a node takes to come back with them. Nothing else is compared: there is no floor to hold this against.
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "bench/account.hpp"
#include "persistence/rocksdb_journal.hpp"

using namespace tally;
using bench::seconds_now;

namespace {

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return static_cast<double>(resident) * 4'096 / (1 << 20);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  bench::BenchDirectory directory;
  auto journal = std::make_shared<RocksDbJournal>(directory.path() / "journal");
  SupervisionPolicy supervision;
  supervision.passivate_after_ms = 5'000;
  {
    bench::Account account(journal, supervision);
    account.configure();
    const double empty = resident_mib();
    double began = seconds_now();
    account.subscribe(count);
    std::printf("%zu investors with a subscription each: %.1f s, %.0f MiB resident above %.0f\n", count, seconds_now() - began,
                resident_mib() - empty, empty);
    for (int round = 0; round < 3; ++round) {
      if (round == 2) std::this_thread::sleep_for(std::chrono::seconds(7));  // the third signal finds them asleep
      began = seconds_now();
      const Outcome outcome = account.signal(round);
      if (account.wire.arrived_at == 0) std::exit(1);
      std::printf("signal %d: order after %.2f s, all fills split and booked after %.2f s; %.0f MiB resident\n", round + 1,
                  account.wire.arrived_at - began, seconds_now() - began, resident_mib());
    }
  }
  const double began = seconds_now();
  bench::Account again(journal, supervision);
  again.node.settle();
  std::printf("a new node on the same journal, %llu entries: %.2f s\n", static_cast<unsigned long long>(journal->end(bench::shard)),
              seconds_now() - began);
}
