#include "app/backtest/trial_files.hpp"

#include <boost/json.hpp>
#include <cmath>

#include "app/csv_text.hpp"
#include "app/shortest_text.hpp"
#include "app/time_text.hpp"

namespace tally::backtest {

namespace json = boost::json;

namespace {

constexpr const char* shown_figures[] = {"total_return", "sharpe", "sortino",        "max_drawdown_daily_close",
                                         "calmar",       "trades", "trade_win_rate", "trade_profit_factor",
                                         "expectancy"};

std::string head_of(const SweepAxis& axis) { return (axis.strategy.empty() ? "" : axis.strategy + '.') + axis.parameter; }

std::string figure_text(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures)
    if (figure.name == name) {
      if (const double* value = std::get_if<double>(&figure.value)) return shortest_text(*value);
      if (const std::uint64_t* value = std::get_if<std::uint64_t>(&figure.value)) return std::to_string(*value);
    }
  return "nan";
}

// For people: six digits, where it is a number at all.
std::string short_text(const std::string& cell) {
  char* end = nullptr;
  const double value = std::strtod(cell.c_str(), &end);
  if (end == cell.c_str() || *end != '\0' || cell.find('.') == std::string::npos) return cell;
  return text_of(Figure{"", value});
}

}  // namespace

TrialFiles::TrialFiles(const Config& config, std::string run_id, std::vector<Input> inputs, OutputDirectory& directory)
    : config_(config), run_id_(std::move(run_id)), inputs_(std::move(inputs)), directory_(directory) {}

void TrialFiles::write(const std::vector<Trial>& trials) {
  columns_ = {"run"};
  for (const SweepAxis& axis : config_.sweep) columns_.push_back(head_of(axis));
  for (const char* name : {"complete", "fills", "fees", "final_equity"}) columns_.emplace_back(name);
  for (const char* name : shown_figures) columns_.emplace_back(name);
  for (const Trial& trial : trials) {
    std::vector<std::string> cells{std::to_string(rows_.size() + 1)};
    for (const ParameterValue& value : trial.values) cells.push_back(value.text());
    cells.insert(cells.end(), {trial.complete ? "1" : "0", std::to_string(trial.fills), trial.fees, trial.final_equity});
    for (const char* name : shown_figures) cells.push_back(figure_text(trial.figures, name));
    rows_.push_back(std::move(cells));
  }
}

void TrialFiles::write(const std::vector<WalkStep>& steps) {
  const std::string& statistic = config_.walk_forward->statistic;
  columns_ = {"step", "train_from", "test_from", "test_until"};
  for (const SweepAxis& axis : config_.sweep) columns_.push_back(head_of(axis));
  for (const std::string& name : {"train_" + statistic, "test_" + statistic, std::string("test_total_return"),
                                  std::string("test_trades"), std::string("test_fees"), std::string("test_final_equity")})
    columns_.push_back(name);
  double train = 0, test = 0, growth = 1;
  std::size_t judged = 0;
  for (const WalkStep& step : steps) {
    std::vector<std::string> cells{std::to_string(rows_.size() + 1), iso_time(step.train_from), iso_time(step.test_from),
                                   iso_time(step.test_until)};
    for (std::size_t i = 0; i < config_.sweep.size(); ++i) cells.push_back(step.values.empty() ? "" : step.values[i].text());
    const double gained = figure_named(step.tested.figures, "total_return");
    cells.insert(cells.end(), {shortest_text(step.train), shortest_text(step.test), shortest_text(gained),
                               figure_text(step.tested.figures, "trades"), step.tested.fees, step.tested.final_equity});
    rows_.push_back(std::move(cells));
    if (!std::isnan(gained)) growth *= 1 + gained;
    if (std::isnan(step.train) || std::isnan(step.test)) continue;
    ++judged;
    train += step.train;
    test += step.test;
  }
  const double n = static_cast<double>(judged);
  note_ = "mean " + statistic + ": " + text_of(Figure{"", train / n}) + " where it was chosen, " +
          text_of(Figure{"", test / n}) + " where it was not seen, over " + std::to_string(judged) + " of " +
          std::to_string(steps.size()) + " steps; test windows one after the other return " + text_of(Figure{"", growth - 1});
}

void TrialFiles::finish(bool complete) {
  complete_ = complete;
  LineFile file(directory_.at(config_.walk_forward ? "walk_forward.csv" : "sweep.csv"));
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (const std::string& cell : cells) text.append(csv_cell(cell)) += ',';
    text.pop_back();
    file.line(text);
  };
  line(columns_);
  for (const auto& cells : rows_) line(cells);
  file.finish();
  json::array inputs;
  for (const Input& input : inputs_)
    inputs.push_back(json::object{{"what", input.what}, {"name", input.name}, {"sha256", input.sha256}});
  const json::object manifest{{"backtest", config_.name},
                              {"run_id", run_id_},
                              {"kind", config_.walk_forward ? "walk-forward" : "sweep"},
                              {"complete", complete},
                              {"runs", rows_.size()},
                              {"note", note_},
                              {"versions", json::object{{"tally", TALLY_VERSION}}},
                              {"inputs", std::move(inputs)}};
  directory_.write(manifest_name, json::serialize(manifest) + '\n');
}

void TrialFiles::print(std::ostream& out, bool as_json, const std::string& directory, bool bold) const {
  if (as_json) {
    json::array rows;
    for (const auto& cells : rows_) {
      json::object object;
      for (std::size_t i = 0; i < cells.size(); ++i) object[columns_[i]] = cells[i];
      rows.push_back(std::move(object));
    }
    out << json::serialize(json::object{{"backtest", config_.name},
                                        {"run_id", run_id_},
                                        {"complete", complete_},
                                        {"directory", directory},
                                        {"note", note_},
                                        {"rows", std::move(rows)}})
        << '\n';
    return;
  }
  std::vector<Column> columns;
  for (const std::string& name : columns_) columns.push_back({name, true});
  Table table(columns);
  for (const auto& cells : rows_) {
    std::vector<std::string> texts;
    for (const std::string& cell : cells) texts.push_back(short_text(cell));
    table.row(std::move(texts));
  }
  table.print(out, bold);
  if (!note_.empty()) out << note_ << '\n';
  out << (complete_ ? "" : "INCOMPLETE: stopped before the last run\n") << "in " << directory << '\n';
}

}  // namespace tally::backtest
