#include <boost/json.hpp>
#include <iostream>

#include "app/commands/command_line.hpp"
#include "app/job/job.hpp"

namespace tally {
namespace {

namespace json = boost::json;

void finish(int code, const char* what) {
  if (code != exit_done) throw CommandFailed(static_cast<ExitCode>(code), std::string(what) + " ended with exit code " + std::to_string(code));
}

void list_scenarios(const CommandLine& line) {
  Table table({{"SCENARIO"}, {"WHAT IT SHOWS"}});
  json::array out;
  for (const ScenarioName& scenario : scenario_names()) {
    table.row({scenario.name, scenario.what});
    out.push_back(json::object{{"name", scenario.name}, {"what", scenario.what}});
  }
  print(line, out, table);
}

}  // namespace

void add_job_commands(CLI::App& app, CommandLine& line) {
  CLI::App& run = add_command(app, "run", "The main job: a node, a simulated venue fed by bars, signals, investors, failures, statements", line);
  const auto options = std::make_shared<RunOptions>();
  run.add_option("--bars", options->bars, "Recorded minute bars (CSV, plain or gzip) instead of generated ones; may be repeated");
  run.add_option("--seed", options->seed, "Of the generated bars");
  run.add_option("--minutes", options->minutes, "How many bars of each product");
  run.callback([options, &line] {
    options->data = line.where.data;
    options->profile = line.where.profile;
    options->json = line.json;
    finish(run_job(*options), "the job");
  });

  CLI::App& group = add_group(app, "scenario", "Named scenarios that run by themselves and check their own outcome");
  CLI::App& one = *group.add_subcommand("run", "Run one");
  const auto name = std::make_shared<std::string>();
  one.add_option("NAME", *name, "Which one; tally scenario list names them")->required();
  one.add_flag("--json", line.json, "Print JSON instead of a table");
  one.callback([name, &line] { finish(run_scenario(*name, line.json), "the scenario"); });
  CLI::App& list = *group.add_subcommand("list", "Their names");
  list.add_flag("--json", line.json, "Print JSON instead of a table");
  list.callback([&line] { list_scenarios(line); });
}

}  // namespace tally
