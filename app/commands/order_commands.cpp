#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "app/commands/submit.hpp"
#include "app/time_text.hpp"
#include "app/views/orders.hpp"
#include "app/views/trace_export.hpp"

namespace tally {
namespace {

namespace json = boost::json;

void list_orders(const CommandLine& line, bool open_only) {
  const OpenedJournal opened = open_journal(line.where);
  Table table({{"ORDER"}, {"TIME"}, {"PRODUCT"}, {"SIDE"}, {"QUANTITY", true}, {"CUMULATIVE", true}, {"LEAVES", true}, {"AVERAGE", true}, {"FEES", true}, {"STATUS"}, {"REASON"}});
  json::array rows;
  for (const OrderView& order : orders(*opened.journal, opened.account)) {
    if (open_only && !is_open(order)) continue;
    rows.push_back(state_json(order));
    table.row({std::string(order.order.text()), iso_time(order.commanded_at), std::string(order.batch.product.text()),
               std::string(shape::enumerator_name(order.side)), order.quantity.text(), order.cumulative.text(), order.leaves.text(),
               order.average_price ? order.average_price->text() : "-", order.fees.text(), order.status, order.reason});
  }
  print(line, rows, table);
}

struct TraceAsked {
  std::string intent;
  bool all = false;
  std::string file;
};

void export_traces(const std::vector<IntentTrace>& found, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  const bool page = file.ends_with(".html");
  out << (page ? anonymous_page(found) : json::serialize(anonymous_traces(found)) + "\n");
  if (!out.flush()) throw CommandFailed(exit_failed, file + " cannot be written");
}

void print_trace(const IntentTrace& trace) {
  std::cout << "Intent " << text_of(trace.intent) << " of " << trace.investor.text() << ", " << trace.product.text() << ": " << trace.operator_flag << '\n';
  for (const TraceStage& stage : trace.stages) {
    std::cout << "  " << stage.stage << ' ' << stage.name << (stage.records.empty() ? ": -" : "") << '\n';
    for (const TraceRecord& record : stage.records)
      std::cout << "      " << record.offset << "  " << iso_time(record.at) << "  " << record.what << ": " << record.text
                << (record.note.empty() ? "" : " (" + record.note + ")") << '\n';
  }
}

void print_overview(const CommandLine& line, const std::vector<IntentTrace>& found) {
  Table table({{"INTENT"}, {"PRODUCT"}, {"TARGET", true}, {"FILLED", true}, {"RESIDUAL", true}, {"RISK"}, {"PROVIDER"}, {"OPERATOR"}});
  json::array rows;
  for (const IntentTrace& trace : found) {
    rows.push_back(state_json(trace));
    table.row({text_of(trace.intent), std::string(trace.product.text()), trace.desired_position.text(), trace.filled.text(),
               trace.residual.text(), trace.risk_decision, trace.provider_callback, trace.operator_flag});
  }
  print(line, rows, table);
}

void trace(const CommandLine& line, const TraceAsked& asked) {
  if (asked.all == !asked.intent.empty()) throw CommandFailed(exit_usage, "name one INTENT, or say --all");
  std::optional<IntentId> only;
  if (!asked.all) only = parsed<IntentId>(asked.intent, "INTENT");
  const OpenedJournal opened = open_journal(line.where);
  const std::vector<IntentTrace> found = traces(*opened.journal, opened.account, only);
  if (only && found.empty()) throw CommandFailed(exit_not_found, "there is no intent '" + asked.intent + "'");
  if (!asked.file.empty()) return export_traces(found, asked.file);
  if (asked.all) return print_overview(line, found);
  if (line.json) return print_json(state_json(found.front()));
  print_trace(found.front());
}

}  // namespace

void add_order_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "order", "Net orders as the venue knows them");
  Command list = add_account_command(group, "list", "Orders, oldest first: status, cumulative and leaves quantity", line);
  const auto open_only = std::make_shared<bool>(false);
  list.add_flag("--open", *open_only, "Only those that still work");
  list.callback([open_only, &line] { list_orders(line, *open_only); });

  Command one = add_account_command(app, "trace", "An intent from S01 execution intent to S07 operator view", line);
  const auto asked = std::make_shared<TraceAsked>();
  one.add_option("INTENT", asked->intent, "e.g. sub-7#12");
  one.add_flag("--all", asked->all, "Every intent, one line each");
  one.add_option("--export", asked->file, "Write a static anonymised copy: FILE.html or FILE.json, without live symbols, venues or accounts");
  one.callback([asked, &line] { trace(line, *asked); });
}

}  // namespace tally
