// What a backtest is told: one YAML file (docs/backtests.md is its reference; cfg/backtests/ has examples).
//
// Strict like a profile: a key that is not known, missing or there twice is refused with file, line and column, and so is a
// name that nothing else mentions (a role, a product, an investor, a source of signals). Files are found from where the
// configuration lies.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/backtest/ranges.hpp"
#include "app/bar_rows.hpp"
#include "app/profile.hpp"
#include "app/statistics/equity_report.hpp"
#include "app/strategies/strategy_file.hpp"

namespace tally::backtest {

// full: matches, trades, equity, statistics, journal, report. matches_only: matches and trades, in memory that does not grow.
enum class Mode : std::uint8_t { full, matches_only };
BOOST_DESCRIBE_ENUM(Mode, full, matches_only)

// Whole bars of one product: a file, or generated ones.
struct BarSource {
  ProductId product;
  std::string file;               // empty: generated
  std::optional<QuoteSide> side;  // of quotes
  bool stamped_at_end = false;
  std::size_t count = 0;              // of generated bars
  std::optional<std::uint64_t> seed;  // the run's where nothing is said
};

struct StrategyChoice {
  std::string file;
  std::optional<SignalSourceId> name;  // instead of the one in the file, where one file runs several times
  std::vector<StrategyBinding> bind;
  ParameterChoices parameters;
  strategy::ProgramPtr program;  // with these parameters

  SignalSourceId source() const { return program->definition.strategy; }
};

struct InvestorChoice {
  InvestorId investor;
  Money deposit;
};
BOOST_DESCRIBE_STRUCT(InvestorChoice, (), (investor, deposit))

struct WalkForward {
  std::int64_t train_ns = 0;
  std::int64_t test_ns = 0;
  std::int64_t step_ns = 0;
  std::string statistic;  // the train window's highest wins
};

struct Config {
  std::string name;
  std::filesystem::path file;
  std::filesystem::path profile_file;
  Profile profile;
  Mode mode = Mode::full;
  std::int64_t timeframe_ns = 0;
  std::string timeframe;
  std::optional<Time> from;   // bars that open before are left out
  std::optional<Time> until;  // and bars that close later
  std::vector<StrategyChoice> strategies;
  std::vector<BarSource> bars;  // the order of series
  std::vector<InvestorChoice> investors;
  std::vector<AddSubscription> subscriptions;
  EquityTerms statistics;
  std::int64_t equity_every_ns = 0;
  std::uint64_t seed = 1;  // of the venue's draws, and of generated bars
  std::optional<std::string> run_id;
  std::optional<std::filesystem::path> output;
  std::vector<SweepAxis> sweep;
  std::optional<WalkForward> walk_forward;
};

// Throws ProfileError: one line, file:line:column and what to do about it.
Config read_config(const std::filesystem::path& file);
Config read_config_text(const std::string& text, const std::filesystem::path& file);

// The program with those parameters instead. Throws strategy::Mistakes where one is not known or out of its bounds.
strategy::ProgramPtr with_parameters(const strategy::Program& program, const ParameterChoices& instead);

// The text again, where it can name a run and its directory. Throws std::invalid_argument.
std::string run_id_of_text(const std::string& text);

// The largest number of generated bars of one product.
inline constexpr std::size_t generated_max = 5'000'000;

}  // namespace tally::backtest
