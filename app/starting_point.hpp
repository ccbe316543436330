// What a node must know of a shard's journal before it goes on: which configuration was recorded last, and which prices.
//
// A plain fold of the journal. What was folded once is kept in the journal's cache, so that a start reads only what came
// since; the cache may vanish at any time.
#pragma once

#include <map>

#include "persistence/journal.hpp"

namespace tally {

inline constexpr std::string_view profile_producer = "profile";

struct StartingPoint {
  Offset folded = 0;
  Time at;                                         // of the last entry
  std::optional<AccountConfigured> account;
  std::optional<VenueConfigured> venue;
  std::map<ProductId, ProductDefined> products;
  std::optional<ChangeLimits> limits;              // as a profile last asked; what an operator changed since stays
  std::map<ProductId, MarkCaptured> marks;
  std::map<ProductId, MidPriceCaptured> tops;
  std::map<ProductId, BarObserved> bars;

  void fold(const Entry& entry);
};

StartingPoint starting_point(const Journal& journal, Symbol shard);

// Whether two messages say the same.
bool same_content(const Message& a, const Message& b);

}  // namespace tally
