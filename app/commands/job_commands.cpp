#include "app/commands/command_line.hpp"
#include "app/job/job.hpp"

namespace tally {

void add_job_commands(Command app, CommandLine& line) {
  Command run = add_command(app, "run", "The main job: a node, a simulated venue fed by bars, signals, investors, failures, statements", line);
  const auto options = std::make_shared<RunOptions>();
  run.add_option("--bars", options->bars, "Recorded minute bars instead of generated ones: PRODUCT=FILE (CSV, plain or gzip); may be repeated");
  run.add_option("--seed", options->seed, "Of the generated bars").shows_default();
  run.add_option("--bars-count,--minutes", options->minutes, "How many bars of each product").shows_default();
  run.add_flag("--keep", options->keep, "Go on with what the data directory holds instead of starting anew");
  run.callback([options, &line] {
    options->data = line.where.data;
    options->profile = line.where.profile;
    options->json = line.json;
    line.exit_code = run_job(*options);
  });
}

}  // namespace tally
