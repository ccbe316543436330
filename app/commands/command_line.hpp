// What all commands share: where the account is, and how to print.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "app/commands/command.hpp"
#include "app/exit_code.hpp"
#include "app/table.hpp"
#include "app/where.hpp"

namespace tally {

struct CommandLine {
  Where where;
  bool json = false;
  int exit_code = exit_done;  // of a command that ends itself, after having said why
  std::string by;     // who asks: the operator's or sender's name

  std::string producer() const { return "cli:" + by; }
};

// A command that takes --data, --profile and --json.
Command add_command(Command parent, const std::string& name, const std::string& what, CommandLine& line);
// One that concerns an account: --account beside them.
Command add_account_command(Command parent, const std::string& name, const std::string& what, CommandLine& line);
// One of its own group, e.g. `tally signal`, which does nothing without a command of its own.
Command add_group(Command parent, const std::string& name, const std::string& what);
// --key and --by, for commands that are recorded.
void add_key(Command command, CommandLine& line, std::string& key);

// JSON on one line, or the table.
void print(const CommandLine& line, const boost::json::value& value, const Table& table);
void print_json(const boost::json::value& value);
bool on_terminal();

// One pass of registration each.
void add_signal_commands(Command app, CommandLine& line);
void add_subscription_commands(Command app, CommandLine& line);
void add_investor_commands(Command app, CommandLine& line);
void add_order_commands(Command app, CommandLine& line);
void add_risk_commands(Command app, CommandLine& line);
void add_reconciliation_commands(Command app, CommandLine& line);
void add_supervision_commands(Command app, CommandLine& line);
void add_journal_commands(Command app, CommandLine& line);
void add_table_command(Command app, CommandLine& line);
void add_play_command(Command app, CommandLine& line);
void add_time_command(Command app, CommandLine& line);
void add_schema_commands(Command app, CommandLine& line);
void add_split_command(Command app, CommandLine& line);
void add_lots_command(Command app, CommandLine& line);
void add_stats_command(Command app, CommandLine& line);
void add_bar_commands(Command app, CommandLine& line);
void add_resolve_command(Command app, CommandLine& line);
void add_book_command(Command app, CommandLine& line);
void add_tick_command(Command app, CommandLine& line);
void add_strategy_commands(Command app, CommandLine& line);
void add_job_commands(Command app, CommandLine& line);
void add_scenario_commands(Command app, CommandLine& line);

}  // namespace tally
