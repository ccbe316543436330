#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "app/commands/command_line.hpp"
#include "app/commands/parsed.hpp"
#include "app/csv_file.hpp"
#include "app/statistics/figure_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct StatsAsked {
  std::string equity, zone = "Europe/Oslo", days, initial_equity, buckets;
  double periods_per_year = 0;
  double risk_free = 0;
};

std::string json_of(const std::vector<Figure>& figures) {
  std::string text;
  for (const Figure& figure : figures) text += (text.empty() ? "{\"" : ",\"") + figure.name + "\":" + json_of(figure);
  return text + "}";
}

EquityTerms terms_of(const StatsAsked& asked) {
  EquityTerms terms;
  try {
    terms.zone = Zone(asked.zone);
  } catch (const ZoneError& error) {
    throw CommandFailed(exit_usage, std::string("--zone: ") + error.what());
  }
  terms.days = asked.days == "observed" ? statistics::Days::observed : statistics::Days::calendar;
  terms.periods_per_year = asked.periods_per_year;
  terms.risk_free = asked.risk_free;
  if (!(terms.periods_per_year > 0) || !std::isfinite(terms.periods_per_year))
    throw CommandFailed(exit_usage, "--periods-per-year must be above zero");
  if (!(terms.risk_free > -1) || !std::isfinite(terms.risk_free))
    throw CommandFailed(exit_usage, "--risk-free must be a rate a year above -1, such as 0.02");
  terms.initial_equity = parsed_if<Money>(asked.initial_equity, "--initial-equity");
  if (terms.initial_equity && *terms.initial_equity <= Money{})
    throw CommandFailed(exit_usage, "--initial-equity must be above zero");
  return terms;
}

void stats(const CommandLine& line, const StatsAsked& asked) {
  const EquityTerms terms = terms_of(asked);
  EquityReport report;
  try {
    report = read_equity(asked.equity, terms);
  } catch (const InputError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  if (!asked.buckets.empty()) write_daily_closes(report, terms, asked.buckets);
  std::vector<Figure> figures = figures_of(report);
  if (line.json) {
    figures.insert(figures.begin(), {{"series", report.series},
                                     {"zone", asked.zone},
                                     {"mode", asked.days},
                                     {"periods_per_year", terms.periods_per_year},
                                     {"risk_free", terms.risk_free},
                                     {"initial_equity", report.initial_equity.text()},
                                     {"observations", report.observations}});
    std::cout << json_of(figures) << '\n';
    return;
  }
  Table table({{"FIGURE"}, {"VALUE", true}});
  for (const Figure& figure : figures) table.row({figure.name, text_of(figure)});
  table.print(std::cout, on_terminal());
}

}  // namespace

void add_stats_command(Command app, CommandLine& line) {
  Command command = app.add_subcommand("stats", "Statistics of a series of equity by daily closes (docs/statistics.md)");
  const auto asked = std::make_shared<StatsAsked>();
  command.add_option("--equity", asked->equity, "A CSV file, plain or gzip, with the columns ts_utc and equity").required();
  command.add_option("--zone", asked->zone, "The IANA time zone whose days count (default: Europe/Oslo)");
  command.add_option("--days", asked->days, "observed: days with an observation; calendar: every date, carried forward")
      .required().one_of({"observed", "calendar"});
  command.add_option("--periods-per-year", asked->periods_per_year, "Days a year to annualise with: 252, 365").required();
  command.add_option("--risk-free", asked->risk_free, "Risk-free rate a year, e.g. 0.02 (default: 0)");
  command.add_option("--initial-equity", asked->initial_equity, "Equity before the first row (default: the first row's)");
  command.add_option("--buckets", asked->buckets, "Write the daily closes to this CSV file, too");
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  command.callback([asked, &line] { stats(line, *asked); });
}

}  // namespace tally
