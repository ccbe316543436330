#include "app/statistics/equity_report.hpp"

#include <algorithm>

#include "app/csv_file.hpp"
#include "app/shortest_text.hpp"
#include "app/staged_file.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

struct Observation {
  Time at;
  Written<Money> equity;
};

Observation observation_of(const CsvFile& rows, std::size_t at, std::size_t equity) {
  try {
    const Observation seen{time_of_iso(rows.cell(at)), Written<Money>::parse(rows.cell(equity))};
    if (seen.equity.value <= Money{}) rows.fail(InputProblem::out_of_range, "equity must be above zero");
    return seen;
  } catch (const TimeError& error) {
    rows.fail(InputProblem::no_time, std::string("ts_utc: ") + error.what());
  } catch (const DecimalError& error) {
    rows.fail(InputProblem::no_number, std::string("equity: ") + error.what());
  }
}

std::string series_of(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  name.resize(std::min(name.find('.'), name.size()));
  return name.starts_with("equity_") ? name.substr(7) : name;
}

// Where a drawdown began: a label, or the start; empty where there was none.
template <class Text>
std::string peak_text(const statistics::Drawdown& drawdown, Text text) {
  if (!drawdown.trough) return "";
  return drawdown.peak ? text(*drawdown.peak) : "start";
}
template <class Text>
std::string trough_text(const statistics::Drawdown& drawdown, Text text) {
  return drawdown.trough ? text(*drawdown.trough) : "";
}

std::string city_of(const Zone& zone) {
  std::string city = zone.name().substr(zone.name().rfind('/') + 1);
  std::transform(city.begin(), city.end(), city.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return city;
}

}  // namespace

EquityRecord::EquityRecord(const EquityTerms& terms, Money initial_equity)
    : terms_(terms), initial_(initial_equity), meter_(initial_equity) {}

void EquityRecord::add(Time at, const Written<Money>& equity) {
  ++observations_;
  meter_.add(equity.value, at.ns);
  daily_.add(terms_.zone.day_number(at.ns), equity);
}

EquityReport EquityRecord::report() const {
  EquityReport report;
  report.observations = observations_;
  report.initial_equity = initial_;
  report.intraday = meter_.deepest();
  report.closes = daily_.closes(terms_.days, initial_);
  report.performance = statistics::performance_of(report.closes, {initial_, terms_.periods_per_year, terms_.risk_free});
  return report;
}

EquityReport read_equity(const std::filesystem::path& file, const EquityTerms& terms) {
  CsvFile rows(file);
  const std::size_t at = rows.required_column("ts_utc"), equity = rows.required_column("equity");
  if (!rows.next()) rows.fail(InputProblem::no_value, "there is no observation");
  Observation seen = observation_of(rows, at, equity);
  EquityRecord record(terms, terms.initial_equity.value_or(seen.equity.value));
  for (;;) {
    record.add(seen.at, seen.equity);
    if (!rows.next()) break;
    const Observation next = observation_of(rows, at, equity);
    if (next.at < seen.at) rows.fail(InputProblem::out_of_order, "ts_utc is before the row above");
    seen = next;
  }
  EquityReport report = record.report();
  report.series = series_of(file);
  return report;
}

std::vector<Figure> figures_of(const EquityReport& report) {
  const statistics::Performance& all = report.performance;
  const auto instant = [](std::int64_t ns) { return exact_iso_time({ns}); };
  return {{"max_drawdown_all_observations", report.intraday.depth},
          {"max_drawdown_all_observations_peak_ts", peak_text(report.intraday, instant)},
          {"max_drawdown_all_observations_trough_ts", trough_text(report.intraday, instant)},
          {"days", all.days},
          {"total_return", all.total_return},
          {"max_drawdown_daily_close", all.drawdown.depth},
          {"max_drawdown_peak_date", peak_text(all.drawdown, date_text)},
          {"max_drawdown_trough_date", trough_text(all.drawdown, date_text)},
          {"longest_underwater_days", all.drawdown.longest},
          {"positive_days", all.positive_days},
          {"negative_days", all.negative_days},
          {"zero_days", all.zero_days},
          {"daily_win_rate_nonzero", all.win_rate},
          {"daily_profit_factor", all.profit_factor},
          {"mean_daily_return", all.mean},
          {"stdev_daily_return_ddof1", all.deviation},
          {"downside_deviation_daily", all.downside},
          {"sharpe", all.sharpe},
          {"sortino", all.sortino},
          {"annual_return_compound", all.annual_return},
          {"annual_volatility", all.annual_volatility},
          {"calmar", all.calmar}};
}

void write_daily_closes(const EquityReport& report, const EquityTerms& terms, const std::filesystem::path& file) {
  const std::string mode = terms.days == statistics::Days::observed ? "observed" : "calendar";
  StagedFile out(file);
  out.line("series,mode," + city_of(terms.zone) + "_date,close_equity,observed,daily_return,drawdown_from_peak");
  for (const statistics::DayClose& close : report.closes)
    out.line(report.series + "," + mode + "," + date_text(close.day) + "," + close.equity.text() + "," +
             (close.observed ? "1" : "0") + "," + shortest_text(close.daily_return) + "," + shortest_text(close.drawdown));
  out.finish();
  out.commit();
}

}  // namespace tally
