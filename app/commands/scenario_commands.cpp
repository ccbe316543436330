#include <boost/json.hpp>

#include "app/commands/command_line.hpp"
#include "app/job/job.hpp"

namespace tally {
namespace {

namespace json = boost::json;

void list(const CommandLine& line) {
  Table table({{"SCENARIO"}, {"WHAT IT SHOWS"}});
  json::array out;
  for (const ScenarioName& scenario : scenario_names()) {
    table.row({std::string(scenario.name), std::string(scenario.what)});
    out.push_back(json::object{{"name", scenario.name}, {"what", scenario.what}});
  }
  print(line, out, table);
}

}  // namespace

void add_scenario_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "scenario", "Named scenarios that run by themselves and check their own outcome");
  Command one = group.add_subcommand("run", "Run one; exit 6 where an expectation does not hold");
  const auto name = std::make_shared<std::string>();
  one.add_option("NAME", *name, "Which one; tally scenario list names them").required();
  one.add_flag("--json", line.json, "Print JSON instead of a table");
  one.callback([name, &line] { line.exit_code = run_scenario(*name, line.json); });
  Command names = group.add_subcommand("list", "Their names");
  names.add_flag("--json", line.json, "Print JSON instead of a table");
  names.callback([&line] { list(line); });
}

}  // namespace tally
