#include "app/commands/command_line.hpp"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <iostream>

namespace tally {

namespace json = boost::json;

Command add_group(Command parent, const std::string& name, const std::string& what) {
  Command group = parent.add_subcommand(name, what);
  group.require_subcommand();
  return group;
}

Command add_command(Command parent, const std::string& name, const std::string& what, CommandLine& line) {
  Command command = parent.add_subcommand(name, what);
  command.add_option("--data", line.where.data, "The node's data directory (default: the profile's)");
  command.add_option("--profile", line.where.profile, "The profile (default: the one kept in the data directory, else cfg/default.yaml)");
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  return command;
}

Command add_account_command(Command parent, const std::string& name, const std::string& what, CommandLine& line) {
  Command command = add_command(parent, name, what, line);
  command.add_option("--account", line.where.account, "Which account, where the node has several");
  return command;
}

void add_key(Command command, CommandLine& line, std::string& key) {
  command.add_option("--key", key, "Idempotency key: a retry with the same key changes nothing and prints the first answer (default: made)");
  command.add_option("--by", line.by, "Who asks (default: $USER)");
}

void print_json(const json::value& value) { std::cout << json::serialize(value) << '\n'; }

bool on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

void print(const CommandLine& line, const json::value& value, const Table& table) {
  if (line.json) print_json(value);
  else table.print(std::cout, on_terminal());
}

}  // namespace tally
