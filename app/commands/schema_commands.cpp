#include <boost/json.hpp>
#include <iostream>

#include "app/commands/command_line.hpp"
#include "messages/catalog.hpp"
#include "messages/json.hpp"
#include "messages/reference.hpp"
#include "messages/shape.hpp"

namespace tally {
namespace {

void schema(const CommandLine& line, const std::string& name, bool reference) {
  if (reference) {
    std::cout << message_reference();
    return;
  }
  if (!name.empty() && !find_type(name)) throw CommandFailed(exit_not_found, "there is no message '" + name + "'; tally schema --list names them");
  if (line.json || !name.empty()) return print_json(json_schema(name));
  Table table({{"NUMBER", true}, {"MESSAGE"}, {"VERSION", true}, {"LAYER"}, {"TOPIC"}, {"KEY"}});
  for (const CatalogRow& row : catalog())
    table.row({std::to_string(row.about.number), std::string(row.name), std::to_string(row.about.version),
               std::string(shape::enumerator_name(row.about.layer)), std::string(row.about.topic), std::string(row.about.key)});
  table.print(std::cout, on_terminal());
}

}  // namespace

void add_schema_commands(Command app, CommandLine& line) {
  Command command = app.add_subcommand("schema", "JSON Schema of one message, or a table of all (--json: the schemas of all)");
  struct Asked {
    std::string name;
    bool reference = false;
    bool list = true;
  };
  const auto asked = std::make_shared<Asked>();
  command.add_option("NAME", asked->name, "e.g. OrderFilled");
  command.add_flag("--reference", asked->reference, "The message reference as a Markdown page");
  command.add_flag("--list", asked->list, "A table of all messages (the default)");
  command.add_flag("--json", line.json, "JSON instead of a table");
  command.callback([asked, &line] { schema(line, asked->name, asked->reference); });
}

}  // namespace tally
