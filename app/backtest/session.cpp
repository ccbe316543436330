#include "app/backtest/session.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>
#include <mutex>
#include <thread>

#include "app/backtest/interrupt.hpp"
#include "app/backtest/run_files.hpp"
#include "app/backtest/trial_files.hpp"
#include "app/exit_code.hpp"
#include "app/job/progress.hpp"
#include "app/table.hpp"
#include "app/text_lines.hpp"
#include "app/time_text.hpp"

namespace tally::backtest {
namespace {

namespace fs = std::filesystem;

template <class Read>
auto option(const char* name, Read read) {
  try {
    return read();
  } catch (const std::exception& error) {
    throw CommandFailed(exit_usage, std::string(name) + ": " + error.what());
  }
}

Time time_of(const std::string& text) { return time_of_iso(text.size() == 10 ? text + "T00:00:00Z" : text); }

// NAME=VALUE or STRATEGY.NAME=VALUE: a sweep of one value that changes the strategies themselves.
void set_parameter(Config& config, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) throw CommandFailed(exit_usage, "--param: '" + text + "' is not NAME=VALUE");
  const std::string value = text.substr(equals + 1);
  const SweepAxis axis = option("--param", [&] { return axis_of(text.substr(0, equals) + '=' + value + ':' + value + ":1"); });
  check_axes(config, {axis});
  for (StrategyChoice& choice : config.strategies) {
    if (!axis.strategy.empty() && axis.strategy != choice.source().text()) continue;
    const auto& known = choice.program->definition.parameters;
    if (std::none_of(known.begin(), known.end(), [&](const auto& p) { return p.name == axis.parameter; })) continue;
    choice.parameters[axis.parameter] = axis.values.front();
    choice.program = option("--param", [&] {
      return with_parameters(*choice.program, {{axis.parameter, axis.values.front()}});
    });
  }
}

WalkForward walk_of(const std::string& text) {
  const std::size_t first = text.find(':'), second = first == std::string::npos ? first : text.find(':', first + 1);
  if (first == std::string::npos)
    throw std::invalid_argument("'" + text + "' is not TRAIN:TEST or TRAIN:TEST:STEP, such as 30d:7d");
  WalkForward walk;
  walk.train_ns = window_of(text.substr(0, first));
  walk.test_ns = window_of(text.substr(first + 1, second == std::string::npos ? second : second - first - 1));
  walk.step_ns = second == std::string::npos ? walk.test_ns : window_of(text.substr(second + 1));
  walk.statistic = "sharpe";
  return walk;
}

Config config_of(const Asked& asked) {
  Config config;
  try {
    config = read_config(asked.config);
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  if (asked.seed) config.seed = config.profile.venue.seed = *asked.seed;
  if (asked.run_id) config.run_id = option("--run-id", [&] { return run_id_of_text(*asked.run_id); });
  if (!asked.mode.empty()) config.mode = asked.mode == "full" ? Mode::full : Mode::matches_only;
  if (!asked.from.empty()) config.from = option("--from", [&] { return time_of(asked.from); });
  if (!asked.until.empty()) config.until = option("--until", [&] { return time_of(asked.until); });
  if (config.from && config.until && *config.from >= *config.until)
    throw CommandFailed(exit_usage, "--until must be later than --from");
  for (const std::string& text : asked.params) set_parameter(config, text);
  if (!asked.sweep.empty()) config.sweep.clear();
  for (const std::string& text : asked.sweep) config.sweep.push_back(option("--sweep", [&] { return axis_of(text); }));
  if (!asked.walk_forward.empty()) config.walk_forward = option("--walk-forward", [&] { return walk_of(asked.walk_forward); });
  if (!asked.statistic.empty()) {
    if (!config.walk_forward) throw CommandFailed(exit_usage, "--statistic goes with --walk-forward");
    config.walk_forward->statistic = option("--statistic", [&] { return check_statistic(asked.statistic); });
  }
  return config;
}

bool shown() { return isatty(STDERR_FILENO) != 0; }

// Rows of all files, generated bars included. Only asked for where somebody looks on: it reads every file once more.
std::size_t rows_of(const Config& config) {
  std::size_t rows = 0;
  for (const BarSource& bars : config.bars) {
    if (bars.file.empty()) {
      rows += bars.count;
      continue;
    }
    TextLines lines(bars.file);
    std::string line;
    while (lines.next(line)) ++rows;
    --rows;  // the header
  }
  return rows;
}

void print_summary(const Summary& summary, const fs::path& out, bool as_json) {
  if (as_json) {
    std::cout << summary_json(summary, out.string()) << '\n';
    return;
  }
  Table table({{"BACKTEST " + summary.name}, {"", true}});
  const auto row = [&](const char* what, const std::string& value) { table.row({what, value}); };
  row("run", summary.run_id);
  row("from", summary.first);
  row("until", summary.last);
  row("bars", std::to_string(summary.happened.bars));
  row("intents", std::to_string(summary.happened.intents));
  row("orders", std::to_string(summary.happened.orders));
  row("fills", std::to_string(summary.happened.fills));
  row("refused by risk", std::to_string(summary.happened.risk_rejections));
  row("initial equity", summary.initial_equity + ' ' + summary.currency);
  row("final equity", summary.final_equity + ' ' + summary.currency);
  row("fees", summary.fees + ' ' + summary.currency);
  for (const char* name :
       {"total_return", "sharpe", "sortino", "max_drawdown_daily_close", "trades", "trade_win_rate", "trade_profit_factor"})
    for (const Figure& figure : summary.figures)
      if (figure.name == name) row(name, text_of(figure));
  table.print(std::cout, isatty(STDOUT_FILENO) != 0);
  if (!summary.no_statistics.empty()) std::cout << "no statistics of equity: " << summary.no_statistics << '\n';
  std::cout << (summary.complete ? "" : "INCOMPLETE: stopped before the last bar\n") << "in " << out.string() << '\n';
}

fs::path directory_of(const Asked& asked, const Config& config, const std::string& run_id) {
  if (asked.out) return *asked.out;
  if (config.output) return *config.output;
  return fs::path("backtests") / (config.name + '-' + run_id);
}

int run_one(const Asked& asked, const Config& config) {
  const std::vector<Input> inputs = inputs_of(config);
  const std::string run_id = run_id_of(config, inputs);
  OutputDirectory directory(directory_of(asked, config, run_id), asked.overwrite);
  RunFiles files(config, run_id, inputs, directory);
  Run::Listeners listeners = files.listeners();
  const Interrupt interrupt;
  listeners.stop = Interrupt::asked;
  std::vector<strategy::ProgramPtr> programs;
  for (const StrategyChoice& choice : config.strategies) programs.push_back(choice.program);
  Run run(config, std::move(programs), run_id, std::move(listeners));
  MarketFeed feed(config);
  job::Progress progress(stderr, true, shown() ? rows_of(config) : 0, "bars");
  bool complete = true;
  for (MarketChunk chunk; complete && feed.next(chunk, asked.chunk);) {
    complete = run.take(chunk);
    if (shown()) progress.reached(run.engine().bars());
  }
  if (shown()) progress.finish();
  if (run.engine().bars() == 0 && complete) throw CommandFailed(exit_failed, "there is no bar between from and until");
  run.count_left_out(feed.left_out());
  const Summary summary = files.finish(run, complete);
  directory.commit();
  print_summary(summary, directory.path(), asked.json);
  return complete ? exit_done : exit_interrupted;
}

Crew crew_of(const Asked& asked, job::Progress& progress) {
  Crew crew;
  crew.threads = asked.jobs != 0 ? asked.jobs : std::max(1u, std::thread::hardware_concurrency());
  crew.stop = Interrupt::asked;
  if (shown()) crew.done = [&progress](std::size_t done) { progress.reached(done); };
  return crew;
}

int run_trials(const Asked& asked, const Config& config) {
  check_axes(config, config.sweep);
  const std::vector<Input> inputs = inputs_of(config);
  const std::string run_id = run_id_of(config, inputs);
  const char* kind = config.walk_forward ? "-walk-forward-" : "-sweep-";
  OutputDirectory directory(
      asked.out || config.output ? directory_of(asked, config, run_id) : fs::path("backtests") / (config.name + kind + run_id),
      asked.overwrite);
  const Interrupt interrupt;
  const Market market = market_of(config, asked.chunk);
  std::size_t count = combinations_of(config.sweep).size();
  if (config.walk_forward) count *= steps_of(*config.walk_forward, market);
  job::Progress progress(stderr, true, count, "runs");
  const Crew crew = crew_of(asked, progress);
  TrialFiles files(config, run_id, inputs, directory);
  if (config.walk_forward) files.write(walk_forward(config, config.sweep, *config.walk_forward, market, crew));
  else files.write(sweep(config, config.sweep, market, crew));
  if (shown()) progress.finish();
  const bool complete = !Interrupt::asked();
  files.finish(complete);
  directory.commit();
  files.print(std::cout, asked.json, directory.path().string(), isatty(STDOUT_FILENO) != 0);
  return complete ? exit_done : exit_interrupted;
}

}  // namespace

int run_backtest(const Asked& asked) {
  try {
    const Config config = config_of(asked);
    return config.sweep.empty() && !config.walk_forward ? run_one(asked, config) : run_trials(asked, config);
  } catch (const TextFileError& error) {
    throw CommandFailed(exit_failed, error.what());
  }
}

}  // namespace tally::backtest
