// P10: from a signal's arrival at the node to its order at the venue port, durable, for one subscription and for
// 10,000; beside encode + pwrite + fdatasync of the same bytes to a preallocated file in the same run.
//
// Goals: p50 <= 1.7 x the floor for one subscription; <= 60 ms for 10,000.
#include <cstring>

#include "bench/account.hpp"
#include "messages/stored.hpp"
#include "persistence/rocksdb_journal.hpp"

using namespace tally;
using bench::median;
using bench::seconds_now;

namespace {

class PreallocatedFloor {
 public:
  explicit PreallocatedFloor(const std::filesystem::path& path) : file_(::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC, 0644)) {
    const std::vector<char> zeros(std::size_t{64} << 20);
    if (file_ < 0 || ::pwrite(file_, zeros.data(), zeros.size(), 0) < 0 || ::fdatasync(file_) != 0) std::abort();
  }
  ~PreallocatedFloor() { ::close(file_); }
  double append(const std::vector<EntryPtr>& entries) {
    const double began = seconds_now();
    bytes_.clear();
    for (const EntryPtr& entry : entries) store_entry(*entry, bytes_);
    if (at_ + bytes_.size() > (std::size_t{64} << 20)) at_ = 0;
    if (::pwrite(file_, bytes_.data(), bytes_.size(), static_cast<off_t>(at_)) < 0 || ::fdatasync(file_) != 0) std::abort();
    at_ += bytes_.size();
    return seconds_now() - began;
  }

 private:
  int file_;
  std::size_t at_ = 0;
  std::vector<std::byte> bytes_;
};

void measure(std::size_t subscriptions, int rounds, double goal_ratio, double goal_ms) {
  bench::BenchDirectory directory;
  auto journal = std::make_shared<RocksDbJournal>(directory.path() / "journal");
  PreallocatedFloor floor(directory.path() / "floor");
  bench::Account account(journal);
  account.configure();
  account.subscribe(subscriptions);
  std::vector<double> ours, bare;
  for (int round = 0; round < rounds; ++round) {
    const double began = seconds_now();
    const Outcome outcome = account.signal(round);
    if (account.wire.arrived_at == 0) {
      std::printf("no order left in round %d:\n", round);
      for (const EntryPtr& entry : outcome.cascade)
        for (const Event& event : entry->events) std::printf("  %zu %zu\n", entry->offset, event.body.index());
      std::exit(1);
    }
    ours.push_back(account.wire.arrived_at - began);
    bare.push_back(floor.append(outcome.cascade));
  }
  std::sort(ours.begin(), ours.end());
  std::printf("P10 signal -> order, %zu subscription%s: p50 %.3f ms, p99 %.3f ms; encode + fdatasync p50 %.3f ms, ratio %.2f", subscriptions,
              subscriptions == 1 ? "" : "s", median(ours) * 1e3, ours[ours.size() * 99 / 100] * 1e3, median(bare) * 1e3,
              median(ours) / median(bare));
  if (goal_ratio > 0) std::printf(" (goal <= %.1f)\n", goal_ratio);
  if (goal_ms > 0) std::printf(" (goal <= %.0f ms)\n", goal_ms);
}

}  // namespace

int main() {
  measure(1, 400, 1.7, 0);
  measure(10'000, 12, 0, 60);
}
