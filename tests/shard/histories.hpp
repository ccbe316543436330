// Random histories over the slice topology, and the journals that hosts make of them.
#pragma once

#include <random>
#include <string>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/host/shard/program_of.hpp"
#include "messages/stored.hpp"
#include "persistence/memory_journal.hpp"
#include "tests/shard/slice.hpp"

namespace tally::slice {

inline const Program& program() {
  static const ProgramOf<SliceTopology> compiled;
  return compiled;
}

// A signal or a venue report on one of three products, often repeated or out of turn.
inline Message random_input(std::mt19937_64& random, int step) {
  static const ProductId products[] = {ProductId("BTC-USD"), ProductId("EUR-USD"), ProductId("SPY")};
  const ProductId product = products[random() % 3];
  if (random() % 2 == 0) {
    SendSignal signal;
    signal.key = IdempotencyKey("s" + std::to_string(random() % 5 == 0 ? step / 2 : step));
    signal.source = SignalSourceId("trend");
    signal.product = product;
    signal.direction = {static_cast<std::int8_t>(random() % 2)};
    return signal;
  }
  ExecutionReported report;
  report.order = ClientOrderId("T" + std::to_string(1 + random() % (static_cast<unsigned>(step) / 8 + 1)));
  report.execution = ExecutionId("x" + std::to_string(step));
  report.type = ExecutionType::trade;
  report.product = product;
  report.side = random() % 2 ? Side::buy : Side::sell;
  report.last_quantity = Quantity::whole(1);
  report.last_price = Price::from_units(static_cast<std::int64_t>(100 + random() % 10) * 1'000'000'000);
  return report;
}

// The bytes of an entry without the two fields in which hosts may differ.
inline std::vector<std::byte> essence(const Entry& entry) {
  Entry bare = entry;
  bare.recorded_at = {};
  bare.term = 0;
  std::vector<std::byte> bytes;
  store_entry(bare, bytes);
  return bytes;
}

inline std::vector<std::vector<std::byte>> essence_of(const Journal& journal, Symbol shard) {
  std::vector<std::vector<std::byte>> all;
  for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) { all.push_back(essence(entry)); });
  return all;
}

}  // namespace tally::slice
