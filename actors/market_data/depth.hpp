// md.depth: what a venue says of a book, after an adapter put it into one form.
//
// Plain values: they travel from adapter to book, many thousand a second, and are no entries of a journal. What an entity
// needs of a book it gets as MidPriceCaptured. An adapter fills the same object again, so that its vectors keep their memory.
#pragma once

#include <vector>

#include "actors/market_data/levels.hpp"
#include "messages/ids.hpp"

namespace tally::market {

// New absolute quantities of some levels; zero removes one. It tells all changes with ids first..final.
struct DepthUpdate {
  Time event_at;      // the venue's clock
  Time received_at;   // ours
  std::uint64_t first_update_id = 0;
  std::uint64_t final_update_id = 0;
  std::optional<std::uint64_t> previous_final_update_id;  // of the update before, where the venue says it (futures)
  std::vector<Level> bids, asks;
};

// All levels, or the best so many of them, as they were after the change `last_update_id`.
struct DepthSnapshot {
  Time received_at;
  std::uint64_t last_update_id = 0;
  std::vector<Level> bids, asks;
};

}  // namespace tally::market
