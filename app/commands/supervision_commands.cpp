#include <boost/json.hpp>
#include <iostream>

#include "app/commands/submit.hpp"
#include "app/control_client.hpp"
#include "app/views/resting_tree.hpp"
#include "app/views/shard_reading.hpp"

namespace tally {
namespace {

namespace json = boost::json;

// A venue that is a process of its own is no shard of the node.
std::vector<Symbol> shards_of(Symbol account, Symbol venue) {
  return venue.empty() ? std::vector{account} : std::vector{account, venue};
}

void tree(const CommandLine& line) {
  std::vector<TreeRow> rows;
  const OpenedJournal opened = open_journal(line.where);
  if (opened.running) {
    const auto node = open_node(line.where);
    for (const Symbol shard : shards_of(node->account(), node->venue()))
      for (TreeRow& row : node->tree(shard)) rows.push_back(std::move(row));
  } else {
    for (const Symbol shard : shards_of(opened.account, opened.venue))
      for (TreeRow& row : resting_tree(*opened.journal, shard)) rows.push_back(std::move(row));
  }
  Table table({{"ENTITY"}, {"STATE"}, {"RESTARTS", true}, {"VERSION", true}, {"WAITING", true}, {"LAST INPUT", true}});
  json::array out;
  for (const TreeRow& row : rows) {
    table.row({row.path, row.state, std::to_string(row.restarts), std::to_string(row.stream_version), std::to_string(row.mailbox),
               std::to_string(row.last_input)});
    out.push_back(json::object{{"path", row.path}, {"state", row.state}, {"restarts", row.restarts}, {"stream_version", row.stream_version},
                               {"mailbox", row.mailbox}, {"last_input", row.last_input}});
  }
  print(line, json::object{{"running", opened.running}, {"rows", std::move(out)}}, table);
  if (!line.json && !opened.running) std::cout << "No node runs on this data directory; this is what its journal says.\n";
}

void print_state(std::ostream& out, const json::value& value, const std::string& indent) {
  if (value.is_object()) {
    for (const auto& [key, field] : value.as_object()) {
      const bool nested = (field.is_object() && !field.as_object().empty()) || (field.is_array() && !field.as_array().empty());
      out << indent << key << (nested ? ":\n" : "  ");
      if (nested) print_state(out, field, indent + "  ");
      else out << (field.is_string() ? std::string(field.as_string()) : json::serialize(field)) << '\n';
    }
  } else if (value.is_array()) {
    for (const json::value& element : value.as_array()) out << indent << "- " << json::serialize(element) << '\n';
  }
}

void show(const CommandLine& line, const std::string& name) {
  const EntityRef entity = parsed<EntityRef>(name, "ENTITY");
  const OpenedJournal opened = open_journal(line.where);
  ShardReading reading(*opened.journal, entity.kind == EntityKind::simulated_exchange ? opened.venue : opened.account);
  const json::value state = reading.state_json_of(entity);
  if (state.is_null()) throw CommandFailed(exit_not_found, "there is no entity '" + name + "' (they are written kind/key, as tally tree shows them)");
  if (line.json) return print_json(state);
  print_state(std::cout, state, "");
}

struct EntityAsked {
  std::string entity, key, cause;
  Offset input = 0;
  std::uint32_t times = 1;
};

EntityRef known_entity(NodeAccess& node, const std::string& text) {
  const EntityRef entity = parsed<EntityRef>(text, "ENTITY");
  for (const TreeRow& row : resting_tree(*node.journal(), node.account()))
    if (row.path.ends_with('/' + text_of(entity))) return entity;
  throw CommandFailed(exit_not_found, "there is no entity '" + text + "' (they are written kind/key, as tally tree shows them)");
}

void refuse_unless_waiting(NodeAccess& node, const EntityRef& entity, Offset input) {
  ShardReading reading(*node.journal(), node.account());
  const auto& stopped = reading.core().stopped;
  const auto it = stopped.find(entity);
  if (it == stopped.end()) throw CommandFailed(exit_not_found, text_of(entity) + " is not stopped: nothing waits for it");
  std::string waiting;
  for (const Offset offset : it->second) {
    if (offset == input) return;
    waiting += (waiting.empty() ? "" : ", ") + std::to_string(offset);
  }
  throw CommandFailed(exit_not_found, "entry " + std::to_string(input) + " does not wait for " + text_of(entity) + "; these do: " + waiting);
}

void resume(const CommandLine& line, const EntityAsked& asked) {
  const auto node = open_node(line.where);
  submit_and_print(line, *node, EntityResumed{key_or_fresh(asked.key), parsed<OperatorId>(line.by, "--by"), known_entity(*node, asked.entity)});
}

void quarantine(const CommandLine& line, const EntityAsked& asked) {
  const auto node = open_node(line.where);
  const EntityRef entity = known_entity(*node, asked.entity);
  refuse_unless_waiting(*node, entity, asked.input);
  submit_and_print(line, *node, InputQuarantined{entity, asked.input, line.by + ": " + asked.cause});
}

void fail(const CommandLine& line, const EntityAsked& asked) {
  const auto node = open_node(line.where);
  const EntityRef entity = known_entity(*node, asked.entity);
  node->fail(entity, asked.times, asked.cause);
  const std::string text = text_of(entity) + " will throw at its next " + std::to_string(asked.times) + " tries; watch tally tree";
  if (line.json) print_json(json::object{{"entity", text_of(entity)}, {"times", asked.times}, {"cause", asked.cause}});
  else std::cout << text << '\n';
}

}  // namespace

void add_supervision_commands(Command app, CommandLine& line) {
  add_account_command(app, "tree", "The supervision tree: state, restarts, stream version, what waits, last input", line).callback([&line] { tree(line); });

  Command group = add_group(app, "entity", "One entity: its state, an operator's word on it when it stopped, a drill");
  Command one = add_account_command(group, "show", "Its whole state, as the journal says it is", line);
  const auto shown = std::make_shared<std::string>();
  one.add_option("ENTITY", *shown, "e.g. subscription/sub-7").required();
  one.callback([shown, &line] { show(line, *shown); });

  Command go_on = add_account_command(group, "resume", "Let it take what waited; late openings are denied STALE", line);
  const auto asked = std::make_shared<EntityAsked>();
  go_on.add_option("ENTITY", asked->entity, "e.g. subscription/sub-7").required();
  add_key(go_on, line, asked->key);
  go_on.callback([asked, &line] { resume(line, *asked); });

  Command drill = add_account_command(group, "fail", "A drill: let a running node's entity throw at its next inputs and watch it come back", line);
  drill.add_option("ENTITY", asked->entity, "e.g. subscription/sub-7").required();
  drill.add_option("--times", asked->times, "How often; 3 stop it").shows_default();
  asked->cause = "drill";
  drill.add_option("--cause", asked->cause, "What it throws");
  drill.callback([asked, &line] { fail(line, *asked); });

  Command aside = add_account_command(group, "quarantine", "Set the input aside that it fails on; it will never see it", line);
  aside.add_option("ENTITY", asked->entity, "e.g. subscription/sub-7").required();
  aside.add_option("INPUT", asked->input, "The entry's offset").required();
  aside.add_option("--cause", asked->cause, "Why").required();
  add_key(aside, line, asked->key);
  aside.callback([asked, &line] { quarantine(line, *asked); });
}

}  // namespace tally
