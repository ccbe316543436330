// A venue's execution report as it is recorded: about 200 stored bytes, real field lengths.
#pragma once

#include "messages/stored.hpp"
#include "persistence/journal.hpp"

namespace tally::bench {

inline Event execution_event(std::uint64_t n) {
  const std::uint64_t mixed = (n + 1) * 0x9E3779B97F4A7C15ull;
  char digits[32];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(mixed));
  const std::string hex = digits;
  ExecutionReported report;
  report.order = ClientOrderId("acct1-" + hex + "-17");
  report.venue_order = VenueOrderId("8f14e45f-" + hex.substr(0, 4) + "-4a1c-9c3e-" + hex.substr(4, 12));
  report.execution = ExecutionId("exec-" + hex + hex.substr(0, 12));
  report.type = ExecutionType::trade;
  report.product = ProductId(n % 3 == 0 ? "BTC-USD" : n % 3 == 1 ? "EUR-USD" : "SPY");
  report.side = n % 2 ? Side::buy : Side::sell;
  report.last_quantity = Quantity::from_units(static_cast<std::int64_t>(mixed % 5'000'000'000));
  report.last_price = Price::from_units(60'000'000'000'000 + static_cast<std::int64_t>(mixed >> 24));
  report.fee = Money::from_units(static_cast<Int128>(mixed) * 7);
  report.cumulative_quantity = Quantity::from_units(static_cast<std::int64_t>(mixed % 9'000'000'000));
  report.leaves_quantity = Quantity::from_units(static_cast<std::int64_t>(mixed % 1'000'000'000));
  report.text = "partial fill, liquidity added";
  report.at = Time{1'760'000'000 * ns_per_s + static_cast<std::int64_t>(n) * 1'000'003};
  return Event{EntityRef{EntityKind::simulated_exchange, Symbol("sim")}, n + 1, std::move(report)};
}

// What the session concludes from it; about 125 stored bytes, no free text.
inline Event fill_event(std::uint64_t n) {
  const Event reported = execution_event(n);
  const auto& report = std::get<ExecutionReported>(reported.body);
  OrderFilled fill;
  fill.order = report.order;
  fill.batch = {report.product, BatchKind::shared, n / 3 + 1};
  fill.execution = report.execution;
  fill.side = report.side;
  fill.last_quantity = report.last_quantity;
  fill.last_price = report.last_price;
  fill.fee = report.fee;
  fill.cumulative_quantity = report.cumulative_quantity;
  fill.leaves_quantity = report.leaves_quantity;
  fill.at = report.at;
  return Event{EntityRef{EntityKind::broker_session, Symbol("acct-1")}, n + 1, std::move(fill)};
}

inline EntryPtr execution_entry(Offset offset, std::size_t events, Event (*event)(std::uint64_t) = execution_event) {
  auto entry = std::make_shared<Entry>();
  entry->offset = offset;
  entry->term = 1;
  entry->causation = offset - 1;
  entry->correlation = offset;
  entry->at = Time{1'760'000'000 * ns_per_s + static_cast<std::int64_t>(offset) * ns_per_ms};
  entry->recorded_at = entry->at + 41'000;
  entry->events.reserve(events);
  for (std::size_t i = 0; i < events; ++i) entry->events.push_back(event(offset * events + i));
  return entry;
}

inline std::size_t stored_size(const Entry& entry) {
  Bytes bytes;
  store_entry(entry, bytes);
  return bytes.size();
}

}  // namespace tally::bench
