// Records for tests of the tape: what stands at a number is a function of it.
#pragma once

#include <fstream>

#include "messages/stored.hpp"
#include "persistence/tape/tape_files.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "persistence/tape/tape_survey.hpp"
#include "persistence/tape/tape_writer.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

namespace tally::samples {

inline Time tape_time(std::uint64_t number) { return {first_ns + static_cast<std::int64_t>(number) * ns_per_ms}; }

// Every seventh is long.
inline TradeTick trade_at(std::uint64_t number) {
  TradeTick trade;
  trade.venue = VenueId("binance");
  trade.product = ProductId("BTCUSDT");
  trade.at = trade.received_at = tape_time(number);
  trade.price = Price::from_units(60'000'000'000'000 + static_cast<std::int64_t>(number) * 10'000'000);
  trade.size = Quantity::from_units(static_cast<std::int64_t>(number % 1'000 + 1) * 1'000);
  trade.id = number;
  return trade;
}
inline Message tape_message(std::uint64_t number) {
  if (number % 7 != 0) return trade_at(number);
  DepthUpdate update;
  update.product = ProductId("BTCUSDT");
  update.first_update_id = update.final_update_id = number;
  update.bids.assign(number % 50 + 20, PriceLevel{Price::whole(static_cast<std::int64_t>(number)), Quantity::whole(1)});
  return update;
}

inline std::vector<std::byte> bytes_of(const Message& message) {
  std::vector<std::byte> bytes;
  store_message(message, bytes);
  return bytes;
}
inline bool holds(const tape_format::Record& record, const Message& message) {
  const auto bytes = bytes_of(message);
  return std::equal(bytes.begin(), bytes.end(), record.payload.begin(), record.payload.end());
}

// Records numbers [from, to] and closes.
inline void record_tape(const std::filesystem::path& tape, std::uint64_t from, std::uint64_t to) {
  TapeWriter writer(tape);
  for (std::uint64_t number = from; number <= to; ++number) REQUIRE(writer.append(tape_message(number), tape_time(number)));
}

inline std::string file_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void set_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// A tape whose writer was killed: what it had is `bytes`, and nothing is known of what was synced.
inline void leave_torn(const std::filesystem::path& tape, const std::string& bytes) {
  set_file(segments_of(tape).back().path, bytes);
  std::filesystem::remove(tape_files::synced(tape));
}

}  // namespace tally::samples
