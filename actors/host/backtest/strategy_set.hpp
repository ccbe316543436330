// Strategies over one market, each running ahead to its next word: nothing that happens to an account reaches them, so what
// they say is a function of the bars alone, and bars without a word cost no more than their rules.
//
// Law: how bars are cut into chunks changes nothing.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "actors/strategy/strategy.hpp"
#include "messages/market.hpp"

namespace tally::backtest {

// Bars in the order of closing, and of series within one moment. All bars of a moment stand in one chunk.
struct MarketChunk {
  std::vector<BarObserved> bars;
  std::vector<std::uint32_t> series;  // of each bar: which of the run's, from 0

  void clear() {
    bars.clear();
    series.clear();
  }
};

// Appends what a strategy with these roles reads of a chunk, as the doubles nearest to its prices.
void read_bars(const MarketChunk& chunk, const std::vector<std::uint32_t>& series_of_role, std::vector<AnchorBar>& bars);

class StrategySet {
 public:
  // `series_of_role`: of each role of its universe. The strategy has adopted a version.
  void add(Strategy strategy, const std::vector<std::uint32_t>& series_of_role);

  // Hands in the next bars. What the last chunk led to has been spoken.
  void begin(const MarketChunk& chunk);
  // The earliest moment of this chunk in which one of them says something, if there is one left.
  std::optional<Time> next() const;
  // Calls say(intent) for everything that is said in that moment, in the order of strategies.
  template <class Say>
  void speak(Time moment, Say say) {
    for (Member& member : members_) {
      if (member.due != moment.ns) continue;
      for (const StrategyIntent& intent : member.strategy.intents()) say(intent);
      run_ahead(member);
    }
  }

  std::size_t size() const { return members_.size(); }
  const Strategy& at(std::size_t index) const { return members_[index].strategy; }

 private:
  static constexpr std::int64_t silent = std::numeric_limits<std::int64_t>::max();

  // One for strategies that read the same series in the same roles.
  struct Feed {
    std::vector<std::uint32_t> series_of_role;
    std::vector<AnchorBar> bars;
  };
  struct Member {
    Strategy strategy;
    std::size_t feed = 0;
    std::size_t taken = 0;      // of the feed's bars
    bool ended = false;         // the last moment was judged
    std::int64_t due = silent;  // the moment of intents() that wait
  };
  void run_ahead(Member& member);

  std::vector<Feed> feeds_;
  std::vector<Member> members_;
};

}  // namespace tally::backtest
