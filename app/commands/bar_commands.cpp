// tally indicators, tally resample: recorded bars in, columns or coarser bars out. Neither needs an account.
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <iostream>
#include <map>

#include "actors/bars/resampler.hpp"
#include "actors/indicators/number_text.hpp"
#include "actors/indicators/spec.hpp"
#include "app/commands/bar_options.hpp"
#include "app/commands/command_line.hpp"
#include "app/rows_out.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using indicators::Indicator;
using indicators::Spec;

struct BarsAsked {
  std::string bars, side, out;
};

void add_bars_options(Command command, CommandLine& line, BarsAsked& asked) {
  command.add_option("--bars", asked.bars, "A CSV file of bars, plain or gzip: trades, quotes, or daily");
  command.add_option("--side", asked.side, "Of quotes: bid, ask or mid (the default)")
      .one_of({"bid", "ask", "mid"});
  command.add_option("--out", asked.out, "The CSV file to write (default: standard output)");
  command.add_flag("--json", line.json, "JSON: the summary with --out, the rows without");
}

RowsOut rows_out(const CommandLine& line, const BarsAsked& asked, const std::vector<std::string>& columns) {
  return RowsOut(asked.out, asked.out.empty() && line.json ? RowsOut::Form::json : RowsOut::Form::csv, columns);
}

// ---- indicators

struct IndicatorsAsked : BarsAsked {
  std::vector<std::string> specs;
  bool list = false;
};

std::vector<Spec> parse_specs(const std::vector<std::string>& texts) {
  std::vector<Spec> specs;
  std::map<std::string, std::string> written;  // column -> who writes it
  for (const std::string& text : texts) {
    try {
      specs.push_back(Spec::parse(text));
    } catch (const indicators::SpecError& error) {
      throw CommandFailed(exit_usage, "--spec '" + text + "': " + error.what());
    }
    for (const std::string& column : specs.back().columns())
      if (const auto [at, fresh] = written.emplace(column, text); !fresh)
        throw CommandFailed(exit_usage,
                            "--spec '" + text + "': its column " + column + " is that of '" + at->second + "' already");
  }
  return specs;
}

void list_kinds(const CommandLine& line) {
  Table table({{"SPEC"}, {"STANDARD"}, {"VERSION"}, {"COLUMNS"}, {"WHAT"}});
  json::array out;
  for (const indicators::Kind& kind : indicators::kinds()) {
    const Spec standard = Spec::parse(kind.name);
    json::array columns;
    std::string names;
    for (const std::string& column : standard.columns()) {
      columns.emplace_back(column);
      names += (names.empty() ? "" : ",") + column;
    }
    table.row({kind.shape(), standard.text(), kind.id(), names, std::string(kind.title)});
    out.push_back(json::object{{"spec", kind.shape()}, {"standard", standard.text()}, {"version", kind.id()},
                               {"columns", std::move(columns)}, {"title", kind.title}});
  }
  print(line, out, table);
}

indicators::Bar bar_of(const BarRow& row) {
  const auto number = [](const WrittenDecimal& decimal) {
    const std::string text = decimal.text();
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);  // what a decimal wrote is a number
    return value;
  };
  return {number(row.prices[0]), number(row.prices[1]), number(row.prices[2]), number(row.prices[3]), number(row.volume)};
}

// What the summary says of a spec.
struct Given {
  std::optional<std::size_t> first_row;  // of values, from 0
  std::size_t values = 0;
};

void summarize(const CommandLine& line, const std::vector<Spec>& specs, const std::vector<Given>& given, std::size_t rows,
               std::size_t left_out) {
  Table table({{"SPEC"}, {"VERSION"}, {"COLUMNS"}, {"FIRST ROW", true}, {"VALUES", true}});
  json::array out;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    json::array columns;
    std::string names;
    for (const std::string& column : specs[i].columns()) {
      columns.emplace_back(column);
      names += (names.empty() ? "" : ",") + column;
    }
    const auto& first = given[i].first_row;
    table.row({specs[i].text(), specs[i].kind().id(), names, first ? std::to_string(*first) : "-",
               std::to_string(given[i].values)});
    out.push_back(json::object{{"spec", specs[i].text()}, {"version", specs[i].kind().id()}, {"columns", std::move(columns)},
                               {"first_row", first ? json::value(*first) : json::value()}, {"values", given[i].values}});
  }
  print(line, json::object{{"rows", rows}, {"rows_without_price", left_out}, {"indicators", std::move(out)}}, table);
  if (!line.json) std::cout << rows << " rows, " << left_out << " of them without a price\n";
}

void indicators_of(const CommandLine& line, const IndicatorsAsked& asked) {
  if (asked.list) return list_kinds(line);
  if (asked.bars.empty()) throw CommandFailed(exit_usage, "--bars FILE is missing; --list names the indicators");
  if (asked.specs.empty())
    throw CommandFailed(exit_usage, "--spec is missing, e.g. --spec 'ema(30)'; --list names the indicators");
  const std::vector<Spec> specs = parse_specs(asked.specs);
  BarRows bars(asked.bars, side_of(asked.side));
  std::vector<std::string> columns{bars.key_header()};
  for (const Spec& spec : specs)
    for (std::string& column : spec.columns()) columns.push_back(std::move(column));
  RowsOut out = rows_out(line, asked, columns);

  std::map<std::string, std::vector<std::unique_ptr<Indicator>>> contracts;  // each of a file's contracts is a series of its own
  std::vector<Given> given(specs.size());
  std::size_t rows = 0, left_out = 0;
  std::vector<RowCell> cells;
  for (BarRow row; bars.next(row); ++rows) {
    auto& series = contracts[row.contract];
    if (series.empty())
      for (const Spec& spec : specs) series.push_back(spec.make());
    cells.assign(1, {row.key, false});
    if (!row.priced) ++left_out;
    const indicators::Bar bar = row.priced ? bar_of(row) : indicators::Bar{};
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (row.priced) series[i]->update(bar);
      const auto values = row.priced ? series[i]->values() : std::span<const double>();
      for (const double value : values) cells.push_back({std::isfinite(value) ? indicators::number_text(value) : "", true});
      cells.resize(cells.size() + (values.empty() ? specs[i].columns().size() : 0));
      if (values.empty()) continue;
      if (!given[i].first_row) given[i].first_row = rows;
      ++given[i].values;
    }
    out.row(cells);
  }
  out.finish();
  if (!asked.out.empty()) summarize(line, specs, given, rows, left_out);
}

// ---- resample

struct ResampleAsked : BarsAsked {
  std::string to, zone, stamp = "open", length = "1m";
};

using Coarsener = bars::Resampler<WrittenDecimal, WrittenDecimal>;

std::vector<RowCell> cells_of(const bars::Timeframe& timeframe, const std::string& contract, const Coarsener::Coarser& bar) {
  std::vector<RowCell> cells{{timeframe.name(), false}, {iso_time({bar.bucket.start}), false}};
  if (!contract.empty()) cells.push_back({contract, false});
  for (const WrittenDecimal* number : {&bar.open, &bar.high, &bar.low, &bar.close, &bar.volume})
    cells.push_back({number->text(), false});
  cells.push_back({std::to_string(bar.source_bars), true});
  return cells;
}

void resample(const CommandLine& line, const ResampleAsked& asked) {
  if (asked.bars.empty()) throw CommandFailed(exit_usage, "--bars FILE is missing");
  const bars::Timeframe timeframe = timeframe_of(asked.to, asked.zone);
  // What a stamp must be moved by to be the opening time.
  const std::int64_t length = length_option(asked.length, "--length"), shift = asked.stamp == "end" ? -length : 0;
  BarRows bars(asked.bars, side_of(asked.side));
  if (bars.daily()) throw CommandFailed(exit_usage, asked.bars + ": holds daily bars; nothing coarser is made");
  std::vector<std::string> columns{"timeframe", "bucket_start_utc"};
  if (!bars.contract_header().empty()) columns.push_back(bars.contract_header());
  columns.insert(columns.end(), {"open", "high", "low", "close", "volume", "source_bars"});
  RowsOut out = rows_out(line, asked, columns);

  std::map<std::string, Coarsener> contracts;
  std::size_t source_bars = 0, left_out = 0, made = 0;
  const auto write = [&](const std::string& contract, const std::optional<Coarsener::Coarser>& bar) {
    if (!bar) return;
    out.row(cells_of(timeframe, contract, *bar));
    ++made;
  };
  for (BarRow row; bars.next(row);) {
    if (!row.priced) {
      ++left_out;
      continue;
    }
    ++source_bars;
    std::int64_t opened_at = 0;
    try {
      opened_at = time_of_iso(row.stamp).ns + shift;
    } catch (const std::invalid_argument& error) {
      throw TextFileError(bars.where() + ": " + error.what());
    }
    const auto& [open, high, low, close] = row.prices;
    Coarsener& coarsener = contracts.try_emplace(row.contract, timeframe).first->second;
    write(row.contract, coarsener.add({opened_at, open, high, low, close, row.volume}));
  }
  std::size_t late = 0;
  for (const auto& [contract, coarsener] : contracts) {
    write(contract, coarsener.open());
    late += coarsener.late();
  }
  out.finish();
  if (late > 0) std::cerr << "tally: " << late << " bars were left out: each opens no later than one before it\n";
  if (asked.out.empty()) return;
  Table table({{"TIMEFRAME"}, {"BARS", true}, {"SOURCE BARS", true}, {"WITHOUT PRICE", true}, {"LATE", true}});
  table.row({timeframe.name(), std::to_string(made), std::to_string(source_bars), std::to_string(left_out),
             std::to_string(late)});
  print(line, json::object{{"timeframe", timeframe.name()}, {"bars", made}, {"source_bars", source_bars},
                           {"rows_without_price", left_out}, {"late", late}}, table);
}

}  // namespace

void add_bar_commands(Command app, CommandLine& line) {
  Command of = app.add_subcommand("indicators", "Indicators over a file of bars, one column per output (docs/indicators.md)");
  const auto columns = std::make_shared<IndicatorsAsked>();
  add_bars_options(of, line, *columns);
  of.add_option("--spec", columns->specs, "e.g. 'ema(30)', 'macd(12,26,9)'; may be given several times");
  of.add_flag("--list", columns->list, "Name all indicators, their parameters and columns");
  of.callback([columns, &line] { indicators_of(line, *columns); });

  Command to = app.add_subcommand("resample", "Coarser bars of finer ones, exact to the last decimal");
  const auto coarser = std::make_shared<ResampleAsked>();
  add_bars_options(to, line, *coarser);
  to.add_option("--to", coarser->to, "5m, 15m, 1h, 4h ... counted in UTC, or 1d").required();
  to.add_option("--zone", coarser->zone, "Whose days 1d means, e.g. Europe/Oslo (default: UTC)");
  to.add_option("--stamp", coarser->stamp, "Whether a bar is stamped with its open (the default) or its end")
      .one_of({"open", "end"});
  to.add_option("--length", coarser->length, "With --stamp end: how long a bar of the file lasts (default: 1m)");
  to.callback([coarser, &line] { resample(line, *coarser); });
}

}  // namespace tally
