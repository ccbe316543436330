#include "app/commands/backtest_command.hpp"

#include "app/backtest/session.hpp"

namespace tally {

void add_backtest_command(Command app, CommandLine& line) {
  Command command = app.add_subcommand(
      "backtest",
      "Strategies over recorded or generated bars, through a whole account and a simulated venue (docs/backtests.md)");
  const auto asked = std::make_shared<backtest::Asked>();
  command.add_option("--config", asked->config, "The backtest's YAML file, e.g. cfg/backtests/crossing.yaml").required();
  command.add_option("--out", asked->out, "The directory to write (default: the configuration's, else backtests/NAME-RUNID)");
  command.add_flag("--overwrite", asked->overwrite, "Replace a run that the directory holds");
  command.add_option("--run-id", asked->run_id, "The run's name (default: from the hashes of its inputs)");
  command.add_option("--seed", asked->seed, "Of the venue's draws, and of generated bars that name none");
  command.add_option("--mode", asked->mode, "full, or matches-only: matches and trades without equity, journal and report")
      .one_of({"full", "matches-only"});
  command.add_option("--from", asked->from,
                     "Bars that open at or after this UTC time, e.g. 2024-01-02 or 2024-01-02T12:00:00Z");
  command.add_option("--until", asked->until, "Bars that close at or before it");
  command.add_option("--param", asked->params, "NAME=VALUE or STRATEGY.NAME=VALUE; may be given several times");
  command.add_option("--sweep", asked->sweep, "NAME=LOW:HIGH:STEP or STRATEGY.NAME=LOW:HIGH:STEP: a run of each combination");
  command.add_option("--walk-forward", asked->walk_forward,
                     "TRAIN:TEST or TRAIN:TEST:STEP, e.g. 30d:7d: choose by the sweep, judge on what follows");
  command.add_option("--statistic", asked->statistic, "What a walk forward chooses by (default: sharpe)");
  command.add_option("--jobs", asked->jobs, "Threads of a sweep (default: one a core)");
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  command.callback([asked, &line] {
    asked->json = line.json;
    line.exit_code = backtest::run_backtest(*asked);
  });
}

}  // namespace tally
