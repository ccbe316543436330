// The statistics of a series of equity, from a CSV file with the columns ts_utc and equity.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "actors/calendar/zone.hpp"
#include "actors/statistics/performance.hpp"
#include "messages/ids.hpp"

namespace tally {

struct EquityTerms {
  Zone zone{"Europe/Oslo"};
  statistics::Days days = statistics::Days::calendar;
  double periods_per_year = 365;
  double risk_free = 0;                        // a year; above -1
  std::optional<Money> initial_equity;         // none: the first observation's
};

struct EquityReport {
  std::string series;                          // the file's name without its ending and without "equity_"
  std::uint64_t observations = 0;
  Money initial_equity;
  statistics::Drawdown intraday;               // of all observations, labelled with their instants
  std::vector<statistics::DayClose> closes;
  statistics::Performance performance;         // of the closes
};

// A series of equity as it comes. Memory is that of one figure a day.
class EquityRecord {
 public:
  EquityRecord(const EquityTerms& terms, Money initial_equity);
  // In the order of time; of equal times the later counts. Every equity must be above zero.
  void add(Time at, const Written<Money>& equity);
  EquityReport report() const;  // of at least one observation

 private:
  EquityTerms terms_;
  Money initial_;
  std::uint64_t observations_ = 0;
  statistics::DrawdownMeter meter_;
  statistics::DailyEquity daily_;
};

// Reads the file once; memory is that of one figure a day. Rows are in the order of time; of equal times the later row counts.
// Every equity must be above zero: a return on less than nothing has no meaning. Throws InputError.
EquityReport read_equity(const std::filesystem::path& file, const EquityTerms& terms);

// Name and value of every figure, in the order of docs/statistics.md.
struct Figure {
  std::string name;
  std::variant<double, std::uint64_t, std::string> value;
};
std::vector<Figure> figures_of(const EquityReport& report);

// series,mode,ZONE_date,close_equity,observed,daily_return,drawdown_from_peak; ZONE is the zone's city, e.g. oslo.
// Throws std::system_error.
void write_daily_closes(const EquityReport& report, const EquityTerms& terms, const std::filesystem::path& file);

}  // namespace tally
