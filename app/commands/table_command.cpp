#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <map>
#include <thread>

#include "actors/tables/row_text.hpp"
#include "app/commands/submit.hpp"
#include "app/time_text.hpp"
#include "app/views/table_source.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using tables::Change;

constexpr auto poll_every = std::chrono::milliseconds(200);

struct TableAsked {
  std::string name;
  std::string key;
  bool follow = false;
};

// One table as asked for: which it is, and which of its rows.
struct Wanted {
  std::size_t index = 0;   // of tables::Row's alternatives
  std::vector<std::string> key;

  const tables::TableAbout& table() const { return tables::all_tables().at(index); }
  bool takes(const std::vector<std::string>& cells) const { return std::equal(key.begin(), key.end(), cells.begin()); }
};

std::vector<std::string> split(const std::string& key) {
  std::vector<std::string> parts;
  if (key.empty()) return parts;
  std::size_t from = 0;
  for (std::size_t comma; (comma = key.find(',', from)) != std::string::npos; from = comma + 1) parts.push_back(key.substr(from, comma - from));
  parts.push_back(key.substr(from));
  return parts;
}

Wanted wanted(const TableAsked& asked) {
  Wanted found{0, split(asked.key)};
  const auto& all = tables::all_tables();
  while (found.index < all.size() && all[found.index].about.name != asked.name) ++found.index;
  if (found.index == all.size()) throw CommandFailed(exit_not_found, "there is no table '" + asked.name + "'; tally table lists them");
  const std::size_t columns = found.table().about.keys ? found.table().about.keys : found.table().columns.size();
  if (found.key.size() > columns) throw CommandFailed(exit_usage, "--key: " + asked.name + " has " + std::to_string(columns) + " columns to go by");
  return found;
}

// A table as its changes make it.
class Reading {
 public:
  Reading(Wanted asked, const Where& where) : asked_(std::move(asked)), source_(table_source(asked_.index, where)) {}

  // Calls visit(change, cells) for each change that is asked for, in the entries that are committed and were not read yet.
  template <class Visit>
  void catch_up(const OpenedJournal& opened, Visit visit) {
    source_->catch_up(opened, [&](const Change& change) {
      if (change.row.index() != asked_.index) return;
      const std::vector<std::string> cells = tables::cells_of(change.row, exact_iso_time);
      if (asked_.takes(cells)) visit(change, cells);
    });
  }

  const Wanted& asked() const { return asked_; }

 private:
  Wanted asked_;
  std::unique_ptr<TableSource> source_;
};

// The rows that are there now: of a history all, in order; of a latest table by key.
std::vector<Change> rows_now(Reading& reading, const OpenedJournal& opened) {
  std::map<std::vector<std::string>, Change> latest;
  std::vector<Change> rows;
  const std::size_t keys = reading.asked().table().about.keys;
  reading.catch_up(opened, [&](const Change& change, const std::vector<std::string>& cells) {
    if (keys == 0) return rows.push_back(change);
    const std::vector<std::string> key(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(keys));
    if (change.what == Change::What::removed) latest.erase(key);
    else latest.insert_or_assign(key, change);
  });
  for (auto& [key, change] : latest) rows.push_back(std::move(change));
  return rows;
}

const char* op_of(const Change& change) {
  return change.what == Change::What::removed ? "delete" : change.what == Change::What::upserted ? "upsert" : "append";
}

void print_change(const CommandLine& line, const Change& change) {
  if (line.json) return print_json(json::object{{"op", op_of(change)}, {"row", tables::json_of(change.row)}});
  std::cout << op_of(change);
  for (const std::string& cell : tables::cells_of(change.row, exact_iso_time)) std::cout << '\t' << cell;
  std::cout << '\n';
}

void follow(const CommandLine& line, Reading& reading, OpenedJournal opened) {
  if (!opened.running) throw CommandFailed(exit_failed, "no node runs on this data directory: there is nothing to follow");
  for (const Change& row : rows_now(reading, opened)) print_change(line, row);
  while (std::cout.flush() && opened.running) {
    std::this_thread::sleep_for(poll_every);
    opened = open_journal(line.where);
    reading.catch_up(opened, [&](const Change& change, const std::vector<std::string>&) { print_change(line, change); });
  }
}

void list_tables(const CommandLine& line) {
  json::array out;
  Table table({{"TABLE"}, {"KEY"}, {"WHAT"}});
  for (const tables::TableAbout& each : tables::all_tables()) {
    std::string key;
    for (std::size_t i = 0; i < each.about.keys; ++i) key += (i ? "," : "") + each.columns[i];
    table.row({std::string(each.about.name), key.empty() ? "-" : key, std::string(each.about.what)});
    json::array columns(each.columns.begin(), each.columns.end());
    out.push_back(json::object{{"table", each.about.name}, {"keys", each.about.keys}, {"columns", std::move(columns)}, {"what", each.about.what}});
  }
  print(line, out, table);
}

void show(const CommandLine& line, const TableAsked& asked) {
  if (asked.name.empty()) return list_tables(line);
  Reading reading(wanted(asked), line.where);
  OpenedJournal opened = open_journal(line.where);
  if (asked.follow) return follow(line, reading, std::move(opened));
  std::vector<Column> columns;
  for (const std::string& name : reading.asked().table().columns) columns.push_back({name});
  Table table(std::move(columns));
  json::array out;
  for (const Change& change : rows_now(reading, opened)) {
    if (line.json) out.push_back(tables::json_of(change.row));
    else table.row(tables::cells_of(change.row, exact_iso_time));
  }
  print(line, out, table);
}

}  // namespace

void add_table_command(Command app, CommandLine& line) {
  Command command = add_account_command(app, "table", "Tables of positions, lots, matches, profit and signals, by key, and their changes", line);
  const auto asked = std::make_shared<TableAsked>();
  command.add_option("NAME", asked->name, "Which one (default: a list of all)");
  command.add_option("--key", asked->key, "Values of the first columns, joined by commas: only rows with those");
  command.add_flag("--follow", asked->follow, "The rows, then every change while the node runs: append, upsert and delete");
  command.callback([asked, &line] { show(line, *asked); });
}

}  // namespace tally
