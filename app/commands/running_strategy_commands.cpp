// Commands for strategies that a node runs.
#include <boost/json.hpp>
#include <iostream>

#include "app/commands/running_strategy_commands.hpp"
#include "app/commands/submit.hpp"
#include "app/control_client.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

json::object ask(const CommandLine& line, const json::object& request) {
  auto node = ControlClient::connect(data_directory(line.where).socket());
  if (!node) throw CommandFailed(exit_not_found, "no node runs on this data directory: strategies run in tallyd");
  node->about(line.where.account);
  return node->ask(request);
}

std::string side_text(std::int64_t direction) { return direction == 0 ? "flat" : direction > 0 ? "long" : "short"; }

// `done`: what was asked for was done, and the rows are shown beside it.
void show(const CommandLine& line, const json::object& said, bool done = false) {
  Table table({{"STRATEGY"}, {"VERSION", true}, {"SWITCH"}, {"ROLE"}, {"PRODUCT"}, {"WANTS"}, {"JUDGED TO"}, {"WITHHELD", true}, {"FILE"}});
  std::vector<std::string> mistakes;
  for (const json::value& value : said.at("strategies").as_array()) {
    const json::object& row = value.as_object();
    const json::value* moment = row.if_contains("moment");
    const auto count = [&](const char* name) { return row.at(name).to_number<std::uint64_t>(); };
    if (row.at("roles").as_array().empty())
      table.row({std::string(row.at("strategy").as_string()), "-", "-", "-", "-", "-", "-", "-", std::string(row.at("file").as_string())});
    for (const json::value& role : row.at("roles").as_array())
      table.row({std::string(row.at("strategy").as_string()), std::to_string(count("version")), row.at("running").as_bool() ? "on" : "off",
                 std::string(role.at("role").as_string()), std::string(role.at("product").as_string()),
                 side_text(role.at("direction").to_number<std::int64_t>()), moment ? iso_time(Time{moment->to_number<std::int64_t>()}) : "-",
                 std::to_string(count("withheld_switched_off") + count("withheld_rate_limit") + count("withheld_stop") + count("late_openings")),
                 std::string(row.at("file").as_string())});
    for (const json::value& mistake : row.at("mistakes").as_array()) mistakes.emplace_back(mistake.as_string());
  }
  print(line, said.at("strategies"), table);
  if (const std::string trouble(said.at("trouble").as_string()); !trouble.empty()) {
    if (done) std::cerr << "note: no bar is judged now: " << trouble << '\n';
    else throw CommandFailed(exit_busy, "no bar is judged now: " + trouble);
  }
  if (!mistakes.empty()) throw CommandFailed(exit_failed, "the version before goes on: " + mistakes.front());
}

struct SwitchAsked {
  std::string strategy, to, key;
};

void switch_strategy(const CommandLine& line, const SwitchAsked& asked) {
  const std::string key(key_or_fresh(asked.key).text());
  ask(line, {{"op", "strategy_switch"}, {"strategy", asked.strategy}, {"to", asked.to}, {"key", key}, {"by", line.by}});
  show(line, ask(line, {{"op", "strategies"}}), true);
}

}  // namespace

void add_running_strategy_commands(Command group, CommandLine& line) {
  add_account_command(group, "list", "What a node runs: version, switch, what each role wants, what was withheld", line).callback([&line] {
    show(line, ask(line, {{"op", "strategies"}}));
  });
  const auto asked = std::make_shared<SwitchAsked>();
  Command to = add_account_command(group, "switch", "The kill switch: off opens nothing from the next bar on and still leaves what it wanted", line);
  to.add_option("NAME", asked->strategy, "Which one").required();
  to.add_option("TO", asked->to, "on or off").required().one_of({"on", "off"});
  add_key(to, line, asked->key);
  to.callback([asked, &line] { switch_strategy(line, *asked); });
  add_account_command(group, "reload", "Look at the files now; a changed one is a new version between two bars, a wrong one changes nothing", line)
      .callback([&line] { show(line, ask(line, {{"op", "strategy_reload"}})); });
}

}  // namespace tally
