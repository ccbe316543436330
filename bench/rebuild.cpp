// P6: rebuilding state from the journal: read, checksum, decode and fold of every event, against the flat floor in
// the same run, rounds interleaved, page cache warm.
//
//   floor    a flat file of 200-byte events (CRC32C, ten varints, padding): read() in large pieces, check, decode into
//            a struct, fold into 10,000 states: no keys, no types, no names
//   journal  for_each_entry over the RocksDB journal: entries of 64 real messages of about 185 stored bytes
//   codec    the same stored entries from a flat file: what is left without RocksDB
//
// usage: bench_rebuild [events=2000000] [rounds=3]
#include <cstring>

#include "bench/floor_append.hpp"
#include "bench/sample_events.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/log_format.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/wire.hpp"

using namespace tally;
using namespace tally::bench;

namespace {

constexpr std::size_t streams = 10'000;
constexpr std::size_t events_per_entry = 64;
constexpr std::size_t flat_size = 200;

struct Position {
  std::int64_t quantity = 0;
  Int128 cost = 0;
  Int128 fee = 0;
  std::uint64_t last = 0;
  std::uint64_t count = 0;
};

// ---- floor ----

struct FlatEvent {
  std::uint64_t type, stream, sequence, time, price, quantity, fee, side, order, fill;
};

char* put_varint(char* to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) *to++ = static_cast<char>(value | 128);
  *to++ = static_cast<char>(value);
  return to;
}

const char* take_varint(const char* from, std::uint64_t& value) {
  value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*from++);
    value |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return from;
  }
}

void encode_flat(char* to, std::uint64_t n) {
  std::memset(to, 'e', flat_size);
  const std::uint64_t mixed = (n + 1) * 0x9E3779B97F4A7C15ull;
  char* at = to + 4;
  for (const std::uint64_t field : {std::uint64_t{123}, n / events_per_entry % streams, n, 1'704'067'200'000'000'000 + n * 60'000'000'000,
                                    900'000 + mixed % 200'000, 1 + mixed % 1'000, mixed % 5'000, mixed >> 63, n * 7, mixed >> 20})
    at = put_varint(at, field);
  const std::uint32_t sum = crc32c(wire::bytes_of({to + 4, flat_size - 4}));
  std::memcpy(to, &sum, sizeof sum);
}

void decode_flat(const char* from, FlatEvent& event) {
  const char* at = from + 4;
  for (std::uint64_t* field : {&event.type, &event.stream, &event.sequence, &event.time, &event.price, &event.quantity, &event.fee,
                               &event.side, &event.order, &event.fill})
    at = take_varint(at, *field);
}

void fold_flat(std::vector<Position>& states, const FlatEvent& event) {
  Position& state = states[event.stream];
  const std::int64_t quantity = event.side ? static_cast<std::int64_t>(event.quantity) : -static_cast<std::int64_t>(event.quantity);
  state.quantity += quantity;
  state.cost += Int128{quantity} * static_cast<Int128>(event.price);
  state.fee += static_cast<Int128>(event.fee);
  state.last = event.sequence;
  ++state.count;
}

// Calls visit(piece) with pieces of `piece_size` bytes, the last one shorter.
template <class Visit>
void read_flat(const std::filesystem::path& file, std::size_t piece_size, Visit visit) {
  const int opened = ::open(file.c_str(), O_RDONLY);
  std::vector<char> buffer(piece_size);
  for (ssize_t size; (size = ::read(opened, buffer.data(), buffer.size())) > 0;) visit(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  ::close(opened);
}

std::uint64_t rebuild_flat(const std::filesystem::path& file, std::vector<Position>& states) {
  std::uint64_t events = 0;
  FlatEvent event{};
  read_flat(file, flat_size * 4096, [&](std::string_view piece) {
    for (const char* at = piece.data(); at < piece.data() + piece.size(); at += flat_size, ++events) {
      std::uint32_t sum;
      std::memcpy(&sum, at, sizeof sum);
      if (sum != crc32c(wire::bytes_of({at + 4, flat_size - 4}))) std::abort();
      decode_flat(at, event);
      fold_flat(states, event);
    }
  });
  return events;
}

// ---- journal ----

void fold(std::vector<Position>& states, const Event& event) {
  const auto* report = std::get_if<OrderFilled>(&event.body);
  if (!report) std::abort();
  const std::size_t index = event.stream.key.index();
  if (index >= states.size()) states.resize(index + streams);
  Position& state = states[index];
  const std::int64_t quantity = report->side == Side::buy ? report->last_quantity.units() : -report->last_quantity.units();
  state.quantity += quantity;
  state.cost += Int128{quantity} * (report->last_price.units() / 1'000'000);
  state.fee += report->fee.units() / 1'000'000;
  state.last = event.stream_sequence;
  ++state.count;
}

std::uint64_t rebuild(const Journal& journal, Symbol shard, std::vector<Position>& states) {
  std::uint64_t events = 0;
  for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events) fold(states, event);
    events += entry.events.size();
  });
  return events;
}

std::uint64_t rebuild_codec(const std::filesystem::path& file, Symbol shard, std::vector<Position>& states) {
  std::uint64_t events = 0;
  std::string rest;
  Offset offset = 0;
  read_flat(file, std::size_t{1} << 20, [&](std::string_view piece) {
    rest += piece;
    std::size_t at = 0;
    while (rest.size() - at >= 4) {
      const auto size = wire::read_be<std::uint32_t>(rest.data() + at);
      if (rest.size() - at - 4 < size) break;
      const EntryPtr entry = log_format::read_entry_value(shard, ++offset, std::string_view(rest).substr(at + 4, size));
      for (const Event& event : entry->events) fold(states, event);
      events += entry->events.size();
      at += 4 + size;
    }
    rest.erase(0, at);
  });
  return events;
}

// ---- the data ----

void build(const std::filesystem::path& directory, Symbol shard, std::size_t entries) {
  RocksDbJournal journal(directory / "journal");
  FILE* flat = std::fopen((directory / "flat").c_str(), "wb");
  FILE* codec = std::fopen((directory / "codec").c_str(), "wb");
  std::vector<Symbol> names;
  for (std::size_t i = 0; i < streams; ++i) names.emplace_back("investor-" + std::to_string(i) + ".trend");
  char event[flat_size];
  Bytes value;
  for (std::size_t i = 0; i < entries; ++i) {
    auto entry = std::const_pointer_cast<Entry>(execution_entry(i + 1, events_per_entry, fill_event));
    for (Event& each : entry->events) each.stream.key = names[i % streams];
    value.clear();
    log_format::append_entry_value(shard, *entry, value);
    char size[4];
    wire::put_be(size, static_cast<std::uint32_t>(value.size()));
    std::fwrite(size, 1, 4, codec);
    std::fwrite(value.data(), 1, value.size(), codec);
    const EntryPtr shared = std::move(entry);
    journal.append(shard, i + 1, std::span(&shared, 1), Commit::soon);
    if (i % 1024 == 1023) journal.wait_committed(shard, i + 1);
    for (std::size_t n = 0; n < events_per_entry; ++n) {
      encode_flat(event, i * events_per_entry + n);
      std::fwrite(event, 1, flat_size, flat);
    }
  }
  std::fclose(flat);
  std::fclose(codec);
}

template <class Rebuild>
double events_per_second(Rebuild rebuild) {
  std::vector<Position> states(2 * streams);
  const double start = cpu_seconds();
  const std::uint64_t events = rebuild(states);
  return static_cast<double>(events) / (cpu_seconds() - start);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t entries = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2'000'000) / events_per_entry;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const BenchDirectory directory;
  const Symbol shard("acct-1");
  build(directory.path(), shard, entries);

  const double before_open = cpu_seconds();
  const RocksDbJournal journal(directory.path() / "journal");
  const double open_seconds = cpu_seconds() - before_open;
  std::vector<double> floors, ours, codecs, ratios;
  for (int round = 0; round < rounds; ++round) {
    floors.push_back(events_per_second([&](auto& states) { return rebuild_flat(directory.path() / "flat", states); }));
    ours.push_back(events_per_second([&](auto& states) { return rebuild(journal, shard, states); }));
    codecs.push_back(events_per_second([&](auto& states) { return rebuild_codec(directory.path() / "codec", shard, states); }));
    ratios.push_back(ours.back() / floors.back());
  }
  const double ratio = median(ratios);
  std::printf("P6  rebuild %.1f M events, CRC32C, 64 an entry %6.2f M events/s  floor %6.2f M  ratio %.2f  goal >= 0.50 %s"
              "  (same codec from a flat file %.2f M; opening, every row checked, %.2f M/s)\n",
              static_cast<double>(entries * events_per_entry) / 1e6, median(ours) / 1e6, median(floors) / 1e6, ratio,
              ratio >= 0.5 ? "met" : "MISSED", median(codecs) / 1e6, static_cast<double>(entries * events_per_entry) / open_seconds / 1e6);
}
