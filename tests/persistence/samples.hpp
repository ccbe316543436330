// Entries for tests: what stands at an offset is a function of (shard, offset), so that whoever reads a journal back
// can say what must be there.
#pragma once

#include <spdlog/spdlog.h>

#include <filesystem>
#include <string>

#include "messages/stored.hpp"
#include "persistence/journal.hpp"

namespace tally::samples {

constexpr std::int64_t first_ns = 1'760'000'000 * ns_per_s;

inline Message message_at(Symbol shard, Offset offset) {
  if (offset % 3 == 0)
    return SendSignal{IdempotencyKey("key-" + std::to_string(offset)), SignalSourceId("trend"), ProductId("BTC-USD"),
                      Direction{static_cast<std::int8_t>(offset % 2 == 0 ? 1 : -1)}, std::nullopt};
  if (offset % 3 == 1) return MarkCaptured{ProductId("BTC-USD"), Price::from_units(60'000'000'000'000 + static_cast<std::int64_t>(offset)),
                                           "sim:" + std::string(shard.text()), Time{first_ns + static_cast<std::int64_t>(offset)}, std::nullopt};
  OrderFilled fill;
  fill.order = ClientOrderId("o-" + std::to_string(offset));
  fill.execution = ExecutionId("x-" + std::to_string(offset));
  fill.last_quantity = Quantity::whole(static_cast<std::int64_t>(offset % 100) + 1);
  fill.last_price = Price::whole(100);
  return fill;
}

// Every fifth is an outside input. `payload` events, all alike.
inline Entry entry_at(Symbol shard, Offset offset, std::size_t payload = 1) {
  Entry entry;
  entry.offset = offset;
  entry.term = 1;
  entry.causation = offset % 5 == 1 ? 0 : offset - 1;
  entry.correlation = offset - (offset - 1) % 5;
  entry.at = Time{first_ns + static_cast<std::int64_t>(entry.correlation) * ns_per_s};
  entry.recorded_at = Time{first_ns + static_cast<std::int64_t>(offset) * ns_per_s};
  if (entry.is_input()) entry.producer = "cli:ada";
  for (std::size_t i = 0; i < payload; ++i)
    entry.events.push_back(Event{entry.is_input() ? EntityRef{} : EntityRef{EntityKind::signal, Symbol("BTC-USD")},
                                 entry.is_input() ? 0 : offset * payload + i, message_at(shard, offset)});
  return entry;
}

inline EntryPtr shared_entry_at(Symbol shard, Offset offset, std::size_t payload = 1) {
  return std::make_shared<const Entry>(entry_at(shard, offset, payload));
}

inline void append_up_to(Journal& journal, Symbol shard, Offset last, std::size_t payload = 1) {
  while (journal.end(shard) < last) {
    const EntryPtr entry = shared_entry_at(shard, journal.end(shard) + 1, payload);
    journal.append(shard, entry->offset, std::span(&entry, 1));
  }
}

inline Bytes stored(const Entry& entry) {
  Bytes bytes;
  store_entry(entry, bytes);
  return bytes;
}

// Warnings that a test provokes are not shown.
class QuietLog {
 public:
  QuietLog() { spdlog::set_level(spdlog::level::off); }
  ~QuietLog() { spdlog::set_level(before_); }

 private:
  spdlog::level::level_enum before_ = spdlog::get_level();
};

// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "tally-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a directory for a test");
    path_ = name;
  }
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) { std::filesystem::create_directories(path_); }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tally::samples
