#include "app/commands/submit.hpp"

#include <boost/json.hpp>
#include <iostream>

#include "app/command_intake.hpp"
#include "app/fresh_key.hpp"
#include "messages/catalog.hpp"
#include "messages/json.hpp"

namespace tally {
namespace {

namespace json = boost::json;

// The first time `message`'s key was answered: the entries of that cascade.
std::vector<EntryPtr> first_answer(const Journal& journal, Symbol account, const Message& message, Offset before) {
  std::vector<EntryPtr> found;
  for (Offset next = 1; next < before;) {
    const auto entries = journal.read(account, next, 256);
    if (entries.empty()) break;
    for (const EntryPtr& entry : entries) {
      if (entry->offset >= before) break;
      if (found.empty() && entry->is_input())
        for (const Event& event : entry->events)
          if (event.body.index() == message.index() && idempotency_key(event.body) == idempotency_key(message)) found.push_back(entry);
      if (!found.empty() && entry->correlation == found.front()->offset && entry != found.front()) found.push_back(entry);
      if (!found.empty() && entry->correlation > found.front()->offset) return found;
    }
    next = entries.back()->offset + 1;
  }
  return found;
}

void print_cascade(const CommandLine& line, const std::vector<EntryPtr>& cascade, Symbol account, const Message& message, bool repeated) {
  json::array entries;
  Table table({{"OFFSET", true}, {"WHO"}, {"EVENT"}, {"FACT"}});
  for (const EntryPtr& entry : cascade) {
    entries.push_back(to_json(*entry, account));
    for (const Event& event : entry->events)
      table.row({std::to_string(entry->offset), event.stream.kind == EntityKind::none ? entry->producer : text_of(event.stream),
                 std::string(row_of(event.body).name), idempotency_key(event.body)});
  }
  const std::string key(key_of(message).text());
  print(line, json::object{{"key", key}, {"offset", cascade.front()->offset}, {"repeated", repeated}, {"entries", std::move(entries)}}, table);
  if (!line.json && !key.empty()) std::cout << "key " << key << (repeated ? " was answered before; this is that answer" : "") << '\n';
}

}  // namespace

IdempotencyKey key_or_fresh(const std::string& given) { return given.empty() ? fresh_key() : parsed<IdempotencyKey>(given, "--key"); }

void submit_and_print(const CommandLine& line, const Message& message) {
  const auto node = open_node(line.where);
  submit_and_print(line, *node, message);
}

void submit_and_print(const CommandLine& line, NodeAccess& node, const Message& message) {
  std::vector<EntryPtr> cascade = node.submit(message, line.producer());
  bool repeated = false;
  if (cascade.size() == 1) {  // nothing was decided: it may have been answered before
    auto first = first_answer(*node.journal(), node.account(), message, cascade.front()->offset);
    repeated = !first.empty();
    if (repeated) cascade = std::move(first);
  }
  print_cascade(line, cascade, node.account(), message, repeated);
  if (const auto denied = denial_in(cascade, key_of(message)))
    throw CommandFailed(exit_denied, "denied " + std::string(denied->rule.text()) + ": " + denied->reason);
}

}  // namespace tally
