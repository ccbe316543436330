#include "app/commands/drill_commands.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/data_directory.hpp"
#include "app/drill/run.hpp"
#include "app/yaml_section.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace {

namespace json = boost::json;

constexpr const char* default_directory = "drill";

struct DrillAsked {
  std::string name;
  std::size_t faults = 0;
  drill::DrillSettings settings;
};

std::filesystem::path drill_directory(const CommandLine& line) { return line.where.data.value_or(default_directory); }

void list(const CommandLine& line) {
  Table table({{"DRILL"}, {"NODES", true}, {"HERE"}, {"WHAT"}});
  json::array out;
  for (const drill::Fault& fault : drill::faults()) {
    const std::string missing = fault.missing({});
    table.row({fault.name, std::to_string(fault.nodes), missing.empty() ? "yes" : "no: " + missing, fault.what});
    out.push_back(json::object{{"name", fault.name}, {"nodes", fault.nodes}, {"missing", missing}, {"what", fault.what}});
  }
  print(line, out, table);
}

std::vector<const drill::Fault*> named_faults(const std::string& name) {
  std::vector<const drill::Fault*> named;
  for (const drill::Fault& fault : drill::faults())
    if (name == "all" || name == fault.name) named.push_back(&fault);
  if (named.empty()) throw CommandFailed(exit_not_found, "there is no drill '" + name + "'; see tally drill list");
  return named;
}

drill::DrillSettings settings_of(const CommandLine& line, const DrillAsked& asked) {
  drill::DrillSettings settings = asked.settings;
  settings.directory = drill_directory(line);
  try {
    settings.profile = profile_file(line.where.profile, std::nullopt);
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  if (!line.json) settings.tell = [](const std::string& what) { std::cout << "  " << what << std::endl; };
  return settings;
}

void say(const CommandLine& line, const drill::DrillReport& report) {
  if (line.json) std::cout << drill::report_json(report) << std::endl;
  else std::cout << drill::report_text(report) << std::endl;
}

void run_in_a_row(CommandLine& line, const DrillAsked& asked) {
  if (asked.name != "all") throw CommandFailed(exit_usage, "--faults draws from all drills that leave no damage: run all --faults N");
  const drill::DrillReport report = drill::run_in_a_row(asked.faults, settings_of(line, asked));
  say(line, report);
  if (!drill::all_held(report)) line.exit_code = exit_differs;
}

void run(CommandLine& line, const DrillAsked& asked) {
  if (asked.faults > 0) return run_in_a_row(line, asked);
  const drill::DrillSettings settings = settings_of(line, asked);
  std::size_t held = 0, broken = 0, skipped = 0;
  for (const drill::Fault* fault : named_faults(asked.name)) {
    if (!line.json) std::cout << fault->name << ": " << fault->what << std::endl;
    const drill::DrillReport report = drill::run_drill(*fault, settings);
    say(line, report);
    ++(!report.skipped.empty() ? skipped : drill::all_held(report) ? held : broken);
  }
  if (!line.json) std::cout << held << " drills held, " << broken << " broke an invariant, " << skipped << " skipped\n";
  if (broken > 0) line.exit_code = exit_differs;
}

void report(CommandLine& line) {
  const auto file = drill_directory(line) / "report.json";
  if (!std::filesystem::exists(file))
    throw CommandFailed(exit_not_found, "no drill was held in " + drill_directory(line).string());
  const drill::DrillReport last = drill::report_of(read_file(file));
  if (line.json) std::cout << drill::report_json(last) << '\n';
  else std::cout << drill::report_text(last);
  if (!drill::all_held(last)) line.exit_code = exit_differs;
}

}  // namespace

void add_drill_commands(Command app, CommandLine& line) {
  Command group =
      add_group(app, "drill", "Faults against real processes under load, judged by the venue and by what was acknowledged");
  const auto asked = std::make_shared<DrillAsked>();
  asked->settings.nodes = 1;
  add_command(group, "list", "The drills, and which of them cannot be held here", line).callback([&line] { list(line); });

  Command held = add_command(
      group, "run", "Start a venue and nodes in a directory of their own, put them under load, inject one fault, heal, judge",
      line);
  held.add_option("NAME", asked->name, "A drill's name, or all").required();
  held.add_option("--nodes", asked->settings.nodes, "How many nodes").within(1, 9).shows_default();
  held.add_option("--faults", asked->faults,
                  "With all: so many faults in a row on one cluster, drawn by the seed from those that leave no damage; one verdict")
      .within(1, 10'000);
  held.add_option("--old-tallyd", asked->settings.means.old_tallyd, "A tallyd of an earlier version, for mixed-versions");
  held.add_option("--seed", asked->settings.seed, "Of the bars, and of when the fault falls").shows_default();
  held.callback([asked, &line] { run(line, *asked); });

  add_command(group, "report", "What the last drill in a directory found", line).callback([&line] { report(line); });
}

}  // namespace tally
