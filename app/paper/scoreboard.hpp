// What strategies did on paper, day by day, and the weights that follow (formulas: docs/scoreboard.md). Pure: days go in, rows of
// strategy_perf_latest and strategy_weights_latest come out.
//
// Law: rows are a function of the days in their order; the same days give the same rows, byte for byte.
#pragma once

#include <map>
#include <vector>

#include "actors/tables/rows.hpp"
#include "app/paper/paper_settings.hpp"

namespace tally {

inline constexpr std::string_view paper_run_tag = "PAPER_LIVE";

// A strategy's account as it closed a day.
struct PaperClose {
  AccountId account;
  Money paid_in;
  Money equity;
  Money fees;
  std::uint64_t fills = 0;
};

class Scoreboard {
 public:
  explicit Scoreboard(PaperSettings settings) : settings_(std::move(settings)) {}

  // A whole day is over at `end`; `closes` has every strategy that ever had an account. Appends the rows of all of them.
  void close_day(Time end, const std::map<SignalSourceId, PaperClose>& closes, std::vector<tables::Change>& out);

 private:
  struct Record {
    std::vector<double> returns;     // a day each, since its first
    Money paid_in, equity;           // at the last close
    double index = 1, peak = 1, deepest = 0;
    std::optional<double> weight;
  };

  void add_day(Record& record, const PaperClose& close) const;
  tables::StrategyPerfLatest perf_of(SignalSourceId strategy, const Record& record, const PaperClose& close, Time end) const;
  double score_of(const Record& record) const;

  PaperSettings settings_;
  std::map<SignalSourceId, Record> records_;
};

}  // namespace tally
