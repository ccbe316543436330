// How a simulated venue behaves. A setting of the simulation, recorded like every other, so that a replay of the
// venue's shard needs nothing but its journal.
#pragma once

#include "messages/configuration.hpp"

namespace tally {

// At which price of a bar a market order trades: the open of the first bar that opens after the order arrived, or the
// close of the first bar that closes then (a bar that closes at that very moment included).
enum class FillModel : std::uint8_t { next_open, same_close };
BOOST_DESCRIBE_ENUM(FillModel, next_open, same_close)

struct VenueConfigured {
  static constexpr About about{14, 1, Layer::system, "system.venue", "venue", 1};
  VenueId venue;
  std::uint64_t seed = 1;               // of every draw
  FillModel fills = FillModel::next_open;
  std::int64_t latency_ms = 0;          // from command to arrival, orders and cancels alike
  std::int64_t half_spread_ticks = 1;   // of the book's top around the last price; 0 would be a locked book
  std::int64_t slippage_ticks = 0;      // a market order trades this much worse than the book's top ...
  Ratio slippage{};                     // ... and this share of the price, rounded up to whole ticks
  Ratio participation{};                // of a bar's volume that one order may take, at least one lot; 0: all it asks for
  Ratio reject_probability{};
  Ratio duplicate_probability{};        // that a report comes twice
  Ratio taker_fee{};                    // of the notional
  Ratio maker_fee{};                    // < 0 is a rebate
};
BOOST_DESCRIBE_STRUCT(VenueConfigured, (),
                      (venue, seed, fills, latency_ms, half_spread_ticks, slippage_ticks, slippage, participation,
                       reject_probability, duplicate_probability, taker_fee, maker_fee))

}  // namespace tally
