// How a simulated venue behaves. A setting of the simulation, recorded like every other, so that a replay of the
// venue's shard needs nothing but its journal.
#pragma once

#include "messages/configuration.hpp"

namespace tally {

// At which price of a bar a market order trades:
//   next_open      the open of the first bar that opens after the order arrived
//   same_close     the close of the first bar that closes then, a bar that closes at that very moment included
//   next_close     the close of the first bar that closes later than that
//   high_low_path  where the bar's path is when the order arrives: from the open to the extreme that is nearer to it (the low
//                  where both are as near), to the other one, to the close, a third of the bar's time each
enum class FillModel : std::uint8_t { next_open, same_close, next_close, high_low_path };
BOOST_DESCRIBE_ENUM(FillModel, next_open, same_close, next_close, high_low_path)

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
