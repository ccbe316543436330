#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "app/commands/submit.hpp"
#include "app/time_text.hpp"
#include "app/views/account_books.hpp"

namespace tally {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds answer_wait{15};

std::optional<ReconciliationCompleted> completed_after(const Journal& journal, Symbol account, Offset offset) {
  std::optional<ReconciliationCompleted> found;
  for_each_entry(journal, account, offset + 1, journal.committed(account), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (const auto* completed = std::get_if<ReconciliationCompleted>(&event.body); completed && !found) found = *completed;
  });
  return found;
}

std::vector<DriftView> drifts_of(const Journal& journal, Symbol account, bool all) {
  std::vector<DriftView> drifts;
  for (const auto& [number, drift] : account_books(journal, account, {}).drifts)
    if (all || !drift.resolution) drifts.push_back(drift);
  return drifts;
}

void print_drifts(const CommandLine& line, const std::vector<DriftView>& drifts) {
  Table table({{"DRIFT", true}, {"KIND"}, {"PRODUCT"}, {"EXPECTED", true}, {"PROVIDER", true}, {"DIFFERENCE", true}, {"FIRST SEEN"}, {"STATE"}, {"NEXT STEP"}});
  json::array rows;
  for (const DriftView& drift : drifts) {
    rows.push_back(state_json(drift));
    table.row({std::to_string(drift.drift), std::string(shape::enumerator_name(drift.kind)), std::string(drift.product.text()),
               drift.expected.text(), drift.reported.text(), drift.difference.text(), iso_time(drift.first_seen),
               drift.resolution ? std::string(shape::enumerator_name(*drift.resolution)) : "open", drift.resolution ? drift.reason : drift.playbook});
  }
  print(line, rows, table);
}

void reconcile(const CommandLine& line, const std::string& key) {
  const auto node = open_node(line.where);
  const auto cascade = node->submit(RequestReconciliation{key_or_fresh(key), "operator"}, line.producer());
  const auto until = std::chrono::steady_clock::now() + answer_wait;
  std::optional<ReconciliationCompleted> completed;
  while (!completed) {
    completed = completed_after(*node->journal(), node->account(), cascade.front()->offset);
    if (completed) break;
    if (std::chrono::steady_clock::now() > until)
      throw CommandFailed(exit_failed, "the venue has not answered within 15 s; the request stands, see tally drift list");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const std::vector<DriftView> drifts = drifts_of(*node->journal(), node->account(), false);
  if (line.json) {
    json::array rows;
    for (const DriftView& drift : drifts) rows.push_back(state_json(drift));
    print_json(json::object{{"request", completed->request}, {"clean", completed->clean}, {"differences", completed->differences}, {"drifts", rows}});
  } else {
    std::cout << (completed->clean ? "Clean: the provider's positions agree with the books.\n"
                                   : std::to_string(completed->differences) + " differences with the provider:\n");
    if (!drifts.empty()) print_drifts(line, drifts);
  }
  if (!completed->clean) throw CommandFailed(exit_differs, "the provider's records differ from the books");
}

struct ResolveAsked {
  std::uint64_t drift = 0;
  std::string reason, subscription, price, key;
};

void resolve(const CommandLine& line, const ResolveAsked& asked) {
  ResolveDrift command;
  command.key = key_or_fresh(asked.key);
  command.by = parsed<OperatorId>(line.by, "--by");
  command.drift = asked.drift;
  command.reason = asked.reason;
  command.subscription = parsed_if<SubscriptionId>(asked.subscription, "--assign");
  command.price = parsed_if<Price>(asked.price, "--price");
  submit_and_print(line, command);
}

}  // namespace

void add_reconciliation_commands(Command app, CommandLine& line) {
  Command now = add_account_command(app, "reconcile", "Compare the books with the provider's records now", line);
  const auto key = std::make_shared<std::string>();
  add_key(now, line, *key);
  now.callback([key, &line] { reconcile(line, *key); });

  Command group = add_group(app, "drift", "Differences with the provider: on the account's own line, never on an investor");
  Command list = add_account_command(group, "list", "Open drift with size, first seen and next step", line);
  const auto all = std::make_shared<bool>(false);
  list.add_flag("--all", *all, "Resolved ones, too");
  list.callback([all, &line] {
    const OpenedJournal opened = open_journal(line.where);
    print_drifts(line, drifts_of(*opened.journal, opened.account, *all));
  });

  Command one = add_account_command(group, "resolve", "Give a position drift to a subscription at a price, or set a residual aside", line);
  const auto asked = std::make_shared<ResolveAsked>();
  one.add_option("DRIFT", asked->drift, "Its number").required();
  one.add_option("--reason", asked->reason, "Why").required();
  one.add_option("--assign", asked->subscription, "The subscription that takes the quantity");
  one.add_option("--price", asked->price, "At which price");
  add_key(one, line, asked->key);
  one.callback([asked, &line] { resolve(line, *asked); });
}

}  // namespace tally
