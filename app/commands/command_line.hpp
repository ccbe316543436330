// What all commands share: where the account is, how to print, how to hand a command in.
#pragma once

#include <CLI/CLI.hpp>

#include "app/exit_code.hpp"
#include "app/node_access.hpp"
#include "app/table.hpp"

namespace tally {

struct CommandLine {
  Where where;
  bool json = false;
  int exit_code = exit_done;  // of a command that ends itself, after having said why
  std::string by;     // who asks: the operator's or sender's name

  std::string producer() const { return "cli:" + by; }
};

// A command that takes --data, --profile and --json.
CLI::App& add_command(CLI::App& parent, const std::string& name, const std::string& what, CommandLine& line);
// One of its own group, e.g. `tally signal`, which does nothing without a command of its own.
CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& what);
// --key and --by, for commands that are recorded.
void add_key(CLI::App& command, CommandLine& line, std::string& key);

IdempotencyKey key_or_fresh(const std::string& given);

// Text of the command line as a value of ours; CommandFailed(exit_usage) names the option where it is none.
template <class T>
T parsed(const std::string& text, const char* option) {
  try {
    return json_codec::parse_text<T>(text);
  } catch (const std::runtime_error& error) {
    throw CommandFailed(exit_usage, std::string(option) + ": " + error.what());
  }
}
template <class T>
std::optional<T> parsed_if(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  return parsed<T>(text, option);
}

// JSON on one line, or the table.
void print(const CommandLine& line, const boost::json::value& value, const Table& table);
void print_json(const boost::json::value& value);
bool on_terminal();

// Hands `message` in and prints what came of it. A command that was answered before under its key prints that answer.
// Throws CommandFailed where it was refused or denied.
void submit_and_print(const CommandLine& line, const Message& message);
void submit_and_print(const CommandLine& line, NodeAccess& node, const Message& message);

// One pass of registration each.
void add_signal_commands(CLI::App& app, CommandLine& line);
void add_subscription_commands(CLI::App& app, CommandLine& line);
void add_investor_commands(CLI::App& app, CommandLine& line);
void add_order_commands(CLI::App& app, CommandLine& line);
void add_risk_commands(CLI::App& app, CommandLine& line);
void add_reconciliation_commands(CLI::App& app, CommandLine& line);
void add_supervision_commands(CLI::App& app, CommandLine& line);
void add_journal_commands(CLI::App& app, CommandLine& line);
void add_time_command(CLI::App& app, CommandLine& line);
void add_schema_commands(CLI::App& app, CommandLine& line);
void add_split_command(CLI::App& app, CommandLine& line);
void add_lots_command(CLI::App& app, CommandLine& line);
void add_stats_command(CLI::App& app, CommandLine& line);
void add_bar_commands(CLI::App& app, CommandLine& line);
void add_resolve_command(CLI::App& app, CommandLine& line);
void add_book_command(CLI::App& app, CommandLine& line);
void add_tick_command(CLI::App& app, CommandLine& line);
void add_strategy_commands(CLI::App& app, CommandLine& line);
void add_tape_commands(CLI::App& app, CommandLine& line);
void add_job_commands(CLI::App& app, CommandLine& line);
void add_scenario_commands(CLI::App& app, CommandLine& line);

}  // namespace tally
