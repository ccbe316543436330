#include "actors/host/backtest/strategy_set.hpp"

#include <algorithm>

#include "actors/strategy/anchor_bars.hpp"

namespace tally::backtest {
void read_bars(const MarketChunk& chunk, const std::vector<std::uint32_t>& series_of_role, std::vector<AnchorBar>& bars) {
  constexpr std::uint32_t no_role = ~std::uint32_t{0};
  std::vector<std::uint32_t> role_of_series;
  for (std::uint32_t role = 0; role < series_of_role.size(); ++role) {
    const std::uint32_t series = series_of_role[role];
    if (series >= role_of_series.size()) role_of_series.resize(series + 1, no_role);
    role_of_series[series] = role;
  }
  for (std::size_t i = 0; i < chunk.bars.size(); ++i) {
    const std::uint32_t series = chunk.series[i];
    const std::uint32_t role = series < role_of_series.size() ? role_of_series[series] : no_role;
    if (role == no_role) continue;
    bars.push_back(strategy::anchor_bar_of(chunk.bars[i], role));
  }
}

void StrategySet::add(Strategy strategy, const std::vector<std::uint32_t>& series_of_role) {
  const auto same = [&](const Feed& feed) { return feed.series_of_role == series_of_role; };
  auto found = std::find_if(feeds_.begin(), feeds_.end(), same);
  if (found == feeds_.end()) {
    found = feeds_.insert(feeds_.end(), Feed{series_of_role, {}});
  }
  members_.push_back({std::move(strategy), static_cast<std::size_t>(found - feeds_.begin())});
}

void StrategySet::begin(const MarketChunk& chunk) {
  for (Feed& feed : feeds_) {
    feed.bars.clear();
    read_bars(chunk, feed.series_of_role, feed.bars);
  }
  for (Member& member : members_) {
    member.taken = 0;
    member.ended = false;
    run_ahead(member);
  }
}

std::optional<Time> StrategySet::next() const {
  std::int64_t first = silent;
  for (const Member& member : members_) first = std::min(first, member.due);
  if (first == silent) return std::nullopt;
  return Time{first};
}

// A chunk ends with a whole moment: one that lacks a role's bar is over, too, and is judged here rather than with the next
// chunk's first bar.
void StrategySet::run_ahead(Member& member) {
  const std::vector<AnchorBar>& bars = feeds_[member.feed].bars;
  member.due = silent;
  while (member.taken < bars.size() && member.due == silent) {
    member.taken += member.strategy.advance(std::span(bars).subspan(member.taken));
    if (!member.strategy.intents().empty()) member.due = member.strategy.intents().front().anchor_closed_at.ns;
  }
  if (member.due != silent || member.ended) return;
  member.ended = true;
  member.strategy.end_moment();
  if (!member.strategy.intents().empty()) member.due = member.strategy.intents().front().anchor_closed_at.ns;
}

}  // namespace tally::backtest
