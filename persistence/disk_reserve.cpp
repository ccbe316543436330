#include "persistence/disk_reserve.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace tally {
namespace {

std::int64_t steady_ns() { return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

template <class... Reports>
bool holds_one_of(const Message& message) {
  return (std::holds_alternative<Reports>(message) || ...);
}

}  // namespace

DiskReserve::DiskReserve(std::filesystem::path where, std::uint64_t reserve_bytes)
    : where_(std::move(where)), reserve_(reserve_bytes), refreshed_at_(std::numeric_limits<std::int64_t>::min() / 2) {}

bool DiskReserve::reached() const {
  const std::int64_t now = steady_ns();
  if (now - refreshed_at_.load(std::memory_order_relaxed) >= refresh_ns ||
      since_refresh_.load(std::memory_order_relaxed) >= refresh_bytes) {
    struct statvfs disk {};
    // A file system that cannot answer is not one to promise room on.
    free_.store(::statvfs(where_.c_str(), &disk) == 0 ? std::uint64_t{disk.f_bavail} * disk.f_frsize : 0, std::memory_order_relaxed);
    since_refresh_.store(0, std::memory_order_relaxed);
    refreshed_at_.store(now, std::memory_order_relaxed);
  }
  return free_bytes() < reserve_;
}

// What only leaves a position is taken, too: nobody is to be held in one by a full disk. Flats with the intents that they came
// from, halts, a strategy's switch.
bool only_reports(const Entry& entry) {
  return std::all_of(entry.events.begin(), entry.events.end(), [](const Event& event) {
    if (const auto* signal = std::get_if<SendSignal>(&event.body)) return signal->direction.value == 0;
    if (const auto* intent = std::get_if<StrategyIntent>(&event.body)) return intent->direction.value == 0;
    return holds_one_of<MarkCaptured, MidPriceCaptured, OrderSendReported, ExecutionReported, VenueStateReported, DeadlineReached,
                        ShardStarted, EntityRestarted, EntityResumed, HaltTrading, StrategySwitched>(event.body);
  });
}

}  // namespace tally
