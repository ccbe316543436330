#include "actors/market_data/levels.hpp"

#include <algorithm>

#include "messages/assert.hpp"

namespace tally::market {
namespace {

// Where `rank` is or belongs. As std::lower_bound, but without a branch that nobody can predict.
std::ptrdiff_t place_of(const std::vector<std::int64_t>& ranks, std::int64_t rank) {
  if (ranks.empty()) return 0;
  const std::int64_t* from = ranks.data();
  for (std::size_t count = ranks.size(); count > 1;) {
    const std::size_t half = count / 2;
    from += half * static_cast<std::size_t>(from[half - 1] < rank);
    count -= half;
  }
  return from - ranks.data() + (*from < rank ? 1 : 0);
}

}  // namespace

Levels::Levels(BookSide side, std::size_t levels_max) : side_(side), levels_max_(std::max<std::size_t>(levels_max, 1)) {
  ranks_.reserve(levels_max_);
  quantities_.reserve(levels_max_);
}

Levels::Change Levels::set(Price price, Quantity quantity) {
  TALLY_ASSERT(price > Price{} && quantity >= Quantity{});
  const std::int64_t rank = rank_of(price);
  const std::ptrdiff_t at = place_of(ranks_, rank);
  const bool known = at < static_cast<std::ptrdiff_t>(ranks_.size()) && ranks_[at] == rank;
  if (quantity == Quantity{}) {
    if (!known) return Change::unknown;
    ranks_.erase(ranks_.begin() + at);
    quantities_.erase(quantities_.begin() + at);
    return Change::removed;
  }
  if (known) {
    quantities_[at] = quantity.units();
    return Change::changed;
  }
  if (ranks_.size() < levels_max_) {
    ranks_.insert(ranks_.begin() + at, rank);
    quantities_.insert(quantities_.begin() + at, quantity.units());
    return Change::added;
  }
  const std::int64_t dropped = at == 0 ? rank : ranks_.front();
  if (!horizon_ || *horizon_ < dropped) horizon_ = dropped;
  if (at == 0) return Change::beyond;
  // The worst goes and everything between it and the new one moves down by one place.
  std::move(ranks_.begin() + 1, ranks_.begin() + at, ranks_.begin());
  std::move(quantities_.begin() + 1, quantities_.begin() + at, quantities_.begin());
  ranks_[at - 1] = rank;
  quantities_[at - 1] = quantity.units();
  return Change::beyond;
}

void Levels::clear() {
  ranks_.clear();
  quantities_.clear();
  horizon_.reset();
}

std::optional<Price> Levels::horizon() const {
  if (!horizon_) return std::nullopt;
  return price_of(*horizon_);
}

bool Levels::whole(std::size_t count) const {
  if (!horizon_ || count == 0) return true;
  return count <= ranks_.size() && ranks_[ranks_.size() - count] > *horizon_;
}

}  // namespace tally::market
