// Statistics of equity against independently computed references, and what is refused.
#include "app/statistics/equity_report.hpp"

#include <cmath>
#include <map>

#include "app/csv_file.hpp"
#include "tests/catch.hpp"
#include "tests/reports/report_files.hpp"

using namespace tally;

namespace {

bool equal(double found, double expected) {
  if (std::isnan(expected) || std::isinf(expected)) return (std::isnan(found) && std::isnan(expected)) || found == expected;
  return std::abs(found - expected) <= 1e-9 * std::max(1.0, std::abs(expected));
}

std::string text_of(const Figure& figure) {
  if (const auto* count = std::get_if<std::uint64_t>(&figure.value)) return std::to_string(*count);
  return std::get<std::string>(figure.value);
}

struct Series {
  std::filesystem::path file;
  Money initial;
};

std::map<std::string, Series> series_in(const std::filesystem::path& folder) {
  std::map<std::string, Series> all;
  CsvFile rows(folder / "SERIES.csv");
  while (rows.next()) {
    const std::string name(rows.cell(0));
    const auto file = plain_or_gzip(folder / ("equity_" + name + ".csv"));
    if (std::filesystem::exists(file)) all[name] = {file, Money::parse(rows.cell(1))};
  }
  return all;
}

EquityTerms terms_of(const Series& series, std::string_view mode, double periods, double risk_free) {
  EquityTerms terms;
  terms.days = mode == "observed" ? statistics::Days::observed : statistics::Days::calendar;
  terms.periods_per_year = periods;
  terms.risk_free = risk_free;
  terms.initial_equity = series.initial;
  return terms;
}

InputError error_of(const std::string& rows) {
  TemporaryDirectory directory;
  write_text(directory.path() / "e.csv", "ts_utc,equity\n" + rows);
  try {
    read_equity(directory.path() / "e.csv", {});
  } catch (const InputError& error) {
    return error;
  }
  FAIL("was read: " + rows);
  throw 0;
}

}  // namespace

TEST_CASE("Every figure of every reference series comes out, in both modes, to 1e-9") {
  const auto folder = reference_folder("golden_stats");
  if (!there(folder)) return;
  const auto all = series_in(folder);
  REQUIRE(all.size() >= 8);
  std::size_t checked = 0;
  CsvFile rows(folder / "portfolio_stats.csv");
  std::map<std::string, std::map<std::string, Figure>> made;  // by series, mode and parameters
  while (rows.next()) {
    const std::string series(rows.cell(0)), mode(rows.cell(1)), parameters(rows.cell(3)), expected(rows.cell(4));
    std::string metric(rows.cell(2));
    if (!all.contains(series)) continue;
    // Other libraries' values of the same figures, but for those that their own conventions leave without one.
    const bool quantstats = metric.ends_with("_quantstats"), empyrical = metric.ends_with("_empyrical");
    if (quantstats || empyrical) metric.resize(metric.size() - (quantstats ? 11 : 10));
    if (metric == "annual_return") metric = "annual_return_compound";
    if (quantstats && series == "edge_monotone_up" && metric == "sortino") continue;
    if (empyrical && series == "edge_single_day" && metric == "sortino") continue;
    const double periods = parameters.starts_with("N=365") ? 365 : 252;
    const auto rate = parameters.find("rf_annual=");
    const double risk_free = rate == std::string::npos ? 0 : std::stod(parameters.substr(rate + 10));
    auto& figures = made[series + "/" + mode + "/" + parameters];
    if (figures.empty())
      for (const Figure& figure :
           figures_of(read_equity(all.at(series).file, terms_of(all.at(series), mode, periods, risk_free))))
        figures[figure.name] = figure;
    CAPTURE(series, mode, metric, parameters, expected);
    REQUIRE(figures.contains(metric));
    const Figure& figure = figures.at(metric);
    if (const double* found = std::get_if<double>(&figure.value)) CHECK(equal(*found, std::stod(expected)));
    else CHECK(text_of(figure) == expected);
    ++checked;
  }
  CHECK(checked > 600);
}

TEST_CASE("Every day of every reference series closes where it should, in both modes, byte for byte") {
  const auto folder = reference_folder("golden_stats");
  if (!there(folder)) return;
  const auto expected = lines_in(folder / "daily_buckets.csv.gz");
  std::size_t checked = 0;
  for (const auto& [name, series] : series_in(folder))
    for (const std::string mode : {"observed", "calendar"}) {
      CAPTURE(name, mode);
      TemporaryDirectory directory;
      const EquityTerms terms = terms_of(series, mode, 252, 0);
      write_daily_closes(read_equity(series.file, terms), terms, directory.path() / "days.csv");
      std::vector<std::string> days{expected[0]};
      for (const std::string& line : expected)
        if (line.starts_with(name + "," + mode + ",")) days.push_back(line);
      CHECK(lines_in(directory.path() / "days.csv") == days);
      checked += days.size() - 1;
    }
  CHECK(checked > 5'000);
}

TEST_CASE("The daily closes are written under the zone's own city") {
  TemporaryDirectory directory;
  write_text(directory.path() / "equity_mine.csv", "ts_utc,equity\n2024-03-10T23:30:00Z,100.0\n2024-03-12T12:00:00Z,110.00\n");
  EquityTerms terms;
  terms.zone = Zone("America/New_York");
  const EquityReport report = read_equity(directory.path() / "equity_mine.csv", terms);
  write_daily_closes(report, terms, directory.path() / "days.csv");
  CHECK(lines_in(directory.path() / "days.csv") ==
        std::vector<std::string>{"series,mode,new_york_date,close_equity,observed,daily_return,drawdown_from_peak",
                                 "mine,calendar,2024-03-10,100.0,1,0.0,0.0", "mine,calendar,2024-03-11,100.0,0,0.0,0.0",
                                 "mine,calendar,2024-03-12,110.00,1,0.1,0.0"});
}

TEST_CASE("A bad row of equity is refused by kind and line") {
  CHECK(error_of("").problem == InputProblem::no_value);
  CHECK(error_of("2024-01-02T00:00:00Z,1\n2024-01-01T00:00:00Z,1\n").problem == InputProblem::out_of_order);
  CHECK(error_of("2024-01-02T00:00:00Z,1\n2024-01-01T00:00:00Z,1\n").line == 3);
  CHECK(error_of("2024-01-02T00:00:00Z,0\n").problem == InputProblem::out_of_range);
  CHECK(error_of("2024-01-02T00:00:00Z,-4\n").problem == InputProblem::out_of_range);
  CHECK(error_of("2024-01-02T00:00:00Z,nan\n").problem == InputProblem::no_number);
  CHECK(error_of("2024-01-02,1\n").problem == InputProblem::no_time);
}
