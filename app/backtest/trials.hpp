// Many runs over the same bars, each with other parameters: a sweep, and a walk forward made of sweeps.
//
// Laws: the result does not depend on how many threads there are; trials stand in the order of their parameters, the first axis
// slowest. Memory: the bars once, at most bars_max; a running account a thread; a line of figures a trial.
#pragma once

#include "app/backtest/market_feed.hpp"
#include "app/backtest/run.hpp"

namespace tally::backtest {

inline constexpr std::size_t trials_max = 20'000;
inline constexpr std::uint64_t bars_max = 20'000'000;  // 1.4 GB

// Bars of a stretch of time, in memory.
struct Market {
  std::vector<MarketChunk> chunks;
  std::uint64_t bars = 0;
  Time first{};  // opening of the first bar
  Time last{};   // closing of the last

  // Bars that open no earlier than `from` and close no later than `until`.
  Market between(Time from, Time until) const;
};
// Throws CommandFailed where there are none or more than bars_max.
Market market_of(const Config& config, std::size_t chunk);

struct Trial {
  std::vector<ParameterValue> values;  // one an axis
  bool complete = true;
  std::string final_equity, fees;
  std::uint64_t fills = 0;
  std::vector<Figure> figures;
};

struct Crew {
  std::size_t threads = 1;
  std::function<bool()> stop;                  // asked by every thread
  std::function<void(std::size_t done)> done;  // called by one thread at a time
};

// Of each combination of the axes; one trial where there are none. Throws CommandFailed where no strategy has a parameter, a
// value is out of its bounds or there are too many.
std::vector<std::vector<ParameterValue>> combinations_of(const std::vector<SweepAxis>& axes);
void check_axes(const Config& config, const std::vector<SweepAxis>& axes);

// One line a combination; those that were not run because of a stop are incomplete and have no figures.
std::vector<Trial> sweep(const Config& config, const std::vector<SweepAxis>& axes, const Market& market, const Crew& crew);
// One combination over `market`; strategies have seen `before` when its first bar comes.
Trial try_out(const Config& config, const std::vector<SweepAxis>& axes, const std::vector<ParameterValue>& values,
              const Market& market, const Market* before, const std::function<bool()>& stop);

struct WalkStep {
  Time train_from{}, test_from{}, test_until{};
  std::vector<ParameterValue> values;  // the best of the train window; empty where none had the statistic
  double train = 0;                    // the statistic there
  double test = 0;                     // and in the test window
  Trial tested;
};
// Whole windows only. Throws CommandFailed where not one fits.
std::vector<WalkStep> walk_forward(const Config& config, const std::vector<SweepAxis>& axes, const WalkForward& walk,
                                   const Market& market, const Crew& crew);
std::size_t steps_of(const WalkForward& walk, const Market& market);

}  // namespace tally::backtest
