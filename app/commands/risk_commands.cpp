#include <boost/json.hpp>
#include <iostream>

#include "actors/risk_authority/risk_authority.hpp"
#include "app/commands/submit.hpp"
#include "app/risk_text.hpp"
#include "app/time_text.hpp"
#include "app/views/shard_reading.hpp"

namespace tally {
namespace {

namespace json = boost::json;

OperatorId operator_of(const CommandLine& line) { return parsed<OperatorId>(line.by, "--by"); }

void show(const CommandLine& line) {
  const OpenedJournal opened = open_journal(line.where);
  ShardReading reading(*opened.journal, opened.account);
  const RiskState& state = reading.state<RiskAuthority>(opened.account);
  if (line.json) return print_json(state_json(state));
  Table standing({{"STANDING"}, {""}});
  standing.row({"openings", !state.halts.empty() ? "halted" : state.armed ? "armed" : "disarmed until the first clean comparison with the venue"});
  for (const auto& [rule, halt] : state.halts)
    standing.row({"  halted by", std::string(rule.text()) + ": " + halt.reason + (halt.by.empty() ? "" : " (" + std::string(halt.by.text()) + ")")});
  if (state.rearm_pending) standing.row({"  rearm waits", "tally risk rearm --confirm " + std::to_string(state.rearm_count)});
  standing.row({"cash", state.cash.text()});
  standing.row({"equity", (state.cash + state.totals.marked).text()});
  standing.row({"highest equity", state.peak.text()});
  standing.row({"equity at day's start", state.day_start.text()});
  standing.row({"open positions", std::to_string(state.totals.open) + " and " + std::to_string(state.totals.pending) + " pending"});
  standing.print(std::cout, on_terminal());
  std::cout << '\n';
  Table limits({{"LIMIT, version " + std::to_string(state.limits_version)}, {"VALUE", true}});
  for (const auto& [name, value] : limits_as_text(state.limits)) limits.row({name, value});
  limits.print(std::cout, on_terminal());
  std::cout << '\n';
  Table products({{"PRODUCT"}, {"POSITION", true}, {"MARK", true}, {"MARKED AT"}, {"RESERVATIONS", true}});
  for (const auto& [product, risk] : state.products)
    products.row({std::string(product.text()), risk.position.text(), risk.mark.text(), risk.mark_at.ns == 0 ? "-" : iso_time(risk.mark_at),
                  std::to_string(risk.reservations.size())});
  products.print(std::cout, on_terminal());
}

void set(const CommandLine& line, const std::vector<std::string>& assignments, const std::string& key) {
  const auto node = open_node(line.where);
  ShardReading reading(*node->journal(), node->account());
  ChangeLimits command{key_or_fresh(key), operator_of(line), reading.state<RiskAuthority>(node->account()).limits};
  try {
    for (const std::string& assignment : assignments) set_limit(command.limits, assignment);
  } catch (const std::invalid_argument& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  submit_and_print(line, *node, command);
}

void rearm(const CommandLine& line, const std::string& reason, std::optional<std::uint64_t> confirm, const std::string& key) {
  if (confirm) return submit_and_print(line, ConfirmRearm{key_or_fresh(key), operator_of(line), *confirm});
  const auto node = open_node(line.where);
  submit_and_print(line, *node, RequestRearm{key_or_fresh(key), operator_of(line), reason});
  ShardReading reading(*node->journal(), node->account());
  const RiskState& state = reading.state<RiskAuthority>(node->account());
  if (!line.json && state.rearm_pending)
    std::cout << "Openings stay halted until it is confirmed: tally risk rearm --confirm " << state.rearm_count << '\n';
}

}  // namespace

void add_risk_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "risk", "Limits, the halt of openings, and how the account stands against them");
  add_account_command(group, "show", "Standing, limits and positions", line).callback([&line] { show(line); });

  struct Asked {
    std::vector<std::string> assignments;
    std::string reason, key;
    std::optional<std::uint64_t> confirm;
  };
  const auto asked = std::make_shared<Asked>();
  Command set_command = add_account_command(group, "set", "Change limits; those not named stay. A limit set to none denies every opening", line);
  set_command.add_option("LIMIT=VALUE", asked->assignments, "e.g. positionMax=10 maxOpenPositions=3 leverageMax=none").required();
  add_key(set_command, line, asked->key);
  set_command.callback([asked, &line] { set(line, asked->assignments, asked->key); });

  Command halt = add_account_command(group, "halt", "Stop every opening at once; closings go on", line);
  halt.add_option("--reason", asked->reason, "Why").required();
  add_key(halt, line, asked->key);
  halt.callback([asked, &line] { submit_and_print(line, HaltTrading{key_or_fresh(asked->key), operator_of(line), asked->reason}); });

  Command rearm_command = add_account_command(group, "rearm", "Let openings pass again, in two steps: ask, then confirm with the number it answers", line);
  rearm_command.add_option("--reason", asked->reason, "Why");
  rearm_command.add_option("--confirm", asked->confirm, "The number of the request");
  add_key(rearm_command, line, asked->key);
  rearm_command.callback([asked, &line] { rearm(line, asked->reason, asked->confirm, asked->key); });
}

}  // namespace tally
