#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <thread>

#include "app/backtest/entry_file.hpp"
#include "app/commands/entry_out.hpp"
#include "app/commands/submit.hpp"
#include "app/hex.hpp"
#include "app/time_text.hpp"
#include "messages/catalog.hpp"
#include "persistence/export.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/verify.hpp"

namespace tally {
namespace {

namespace json = boost::json;

DataDirectory existing(const CommandLine& line) {
  const DataDirectory data = data_directory(line.where);
  if (!data.has_journal()) throw CommandFailed(exit_not_found, "no journal in " + data.path.string());
  return data;
}

void verify_journal(const CommandLine& line) {
  const VerifyReport report = verify(existing(line).journal());
  Table table({{"SHARD"}, {"ENTRIES", true}, {"EVENTS", true}, {"BYTES", true}, {"LINKS", true}, {"CHAINED TO", true}, {"HEAD"}, {"VERDICT"}});
  json::array shards;
  for (const ShardReport& shard : report.shards) {
    const std::string head = to_hex(std::as_bytes(std::span(shard.head)));
    const std::string verdict = shard.first_bad ? "DAMAGED at " + std::to_string(*shard.first_bad) + ": " + shard.why : "sound";
    table.row({std::string(shard.name.text()), std::to_string(shard.end), std::to_string(shard.events), std::to_string(shard.bytes),
               std::to_string(shard.groups), std::to_string(shard.chained), head.substr(0, 16), verdict});
    json::object row{{"shard", shard.name.text()}, {"end", shard.end}, {"events", shard.events}, {"bytes", shard.bytes},
                     {"links", shard.groups}, {"chained", shard.chained}, {"head", head}, {"sound", !shard.first_bad}};
    if (shard.first_bad) {
      row["first_bad"] = *shard.first_bad;
      row["why"] = shard.why;
    }
    shards.push_back(std::move(row));
  }
  print(line, json::object{{"sound", report.sound()}, {"trouble", report.trouble}, {"shards", std::move(shards)}}, table);
  if (report.sound()) return;
  for (const ShardReport& shard : report.shards)
    if (shard.first_bad)
      throw CommandFailed(exit_differs, std::string(shard.name.text()) + " is damaged at offset " + std::to_string(*shard.first_bad) + ": " + shard.why);
  throw CommandFailed(exit_differs, report.trouble);
}

void stat(const CommandLine& line) {
  const OpenedJournal opened = open_whole_journal(line.where);
  Table table({{"SHARD"}, {"ENTRIES", true}, {"INPUTS", true}, {"EVENTS", true}, {"FIRST"}, {"LAST"}});
  json::array out;
  std::map<std::string, std::uint64_t> types;
  for (const Symbol shard : opened.journal->shards()) {
    std::uint64_t inputs = 0, events = 0;
    Time first, last;
    for_each_entry(*opened.journal, shard, 1, opened.journal->committed(shard), [&](const Entry& entry) {
      if (entry.offset == 1) first = entry.at;
      last = entry.at;
      inputs += entry.is_input();
      events += entry.events.size();
      for (const Event& event : entry.events) ++types[std::string(row_of(event.body).name)];
    });
    const Offset entries = opened.journal->committed(shard);
    table.row({std::string(shard.text()), std::to_string(entries), std::to_string(inputs), std::to_string(events), iso_time(first), iso_time(last)});
    out.push_back(json::object{{"shard", shard.text()}, {"entries", entries}, {"inputs", inputs}, {"events", events}, {"first", first.ns}, {"last", last.ns}});
  }
  json::object counts;
  for (const auto& [name, count] : types) counts[name] = count;
  print(line, json::object{{"shards", std::move(out)}, {"types", std::move(counts)}}, table);
  if (line.json) return;
  std::cout << '\n';
  Table of_types({{"EVENT"}, {"COUNT", true}});
  for (const auto& [name, count] : types) of_types.row({name, std::to_string(count)});
  of_types.print(std::cout, on_terminal());
}

void print_export(const CommandLine& line, const ExportReport& report, const std::string& where) {
  Table table({{"SHARDS", true}, {"ENTRIES", true}, {"EVENTS", true}, {"FILES", true}, {"WHERE"}});
  table.row({std::to_string(report.shards), std::to_string(report.entries), std::to_string(report.events), std::to_string(report.files), where});
  print(line, json::object{{"shards", report.shards}, {"entries", report.entries}, {"events", report.events}, {"files", report.files}, {"where", where}}, table);
}

void export_to(const CommandLine& line, const std::string& out, bool compressed) {
  const OpenedJournal opened = open_whole_journal(line.where);
  print_export(line, export_journal(*opened.journal, out, compressed ? Compression::zstd : Compression::none), out);
}

// Into a data directory that has no entries yet.
void import_from(const CommandLine& line, const std::string& from) {
  const DataDirectory data = data_directory(line.where);
  make_directory(data);
  ExportReport report;
  {
    RocksDbJournal journal(data.journal());
    report = backtest::has_entry_files(from) ? backtest::import_entries(from, journal) : import_journal(from, journal);
    for (const Symbol shard : journal.shards()) journal.wait_committed(shard, journal.end(shard));
  }
  print_export(line, report, data.path.string());
}

struct TailAsked {
  Offset count = 20;
  bool follow = false;
  std::string shard;
};

// Returns the offset after the last one printed.
Offset print_entries(const CommandLine& line, const Journal& journal, Symbol shard, Offset from) {
  const Offset last = journal.committed(shard);
  for_each_entry(journal, shard, from, last, [&](const Entry& entry) { print_entry(line, entry, shard); });
  std::cout.flush();
  return last + 1;
}

void tail(const CommandLine& line, const TailAsked& asked) {
  const auto open = [&] { return asked.shard.empty() ? open_journal(line.where) : open_whole_journal(line.where); };
  OpenedJournal opened = open();
  const Symbol shard = asked.shard.empty() ? opened.account : parsed<Symbol>(asked.shard, "--shard");
  const Offset end = opened.journal->committed(shard);
  Offset next = print_entries(line, *opened.journal, shard, end > asked.count ? end - asked.count + 1 : 1);
  if (asked.follow && !opened.running) throw CommandFailed(exit_failed, "no node runs on this data directory: there is nothing to follow");
  while (asked.follow && std::cout) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    opened = open();
    if (!opened.running) return;
    next = print_entries(line, *opened.journal, shard, next);
  }
}

}  // namespace

void add_journal_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "journal", "The log: check it, look at it, take it out and in");
  add_command(group, "verify", "Check every entry and every link of the hash chain; exit 0 sound, 6 damaged (names the first bad offset)", line)
      .callback([&line] { verify_journal(line); });
  add_command(group, "stat", "What is in it", line).callback([&line] { stat(line); });

  Command out = add_command(group, "export", "Write it as JSON lines: every entry, and every event by topic and date", line);
  struct Files {
    std::string path;
    bool zstd = false;
  };
  const auto files = std::make_shared<Files>();
  out.add_option("DIRECTORY", files->path, "Where to; must not exist").required();
  out.add_flag("--zstd", files->zstd, "Compress each file");
  out.callback([files, &line] { export_to(line, files->path, files->zstd); });
  Command in = add_command(group, "import", "Read an export into an empty data directory; the entries are the same, byte for byte", line);
  in.add_option("DIRECTORY", files->path, "An export, or the journal/ of a backtest").required();
  in.callback([files, &line] { import_from(line, files->path); });

  Command last = add_account_command(group, "tail", "The newest entries", line);
  const auto asked = std::make_shared<TailAsked>();
  last.add_option("--count", asked->count, "How many (default 20)");
  last.add_option("--shard", asked->shard, "Of which shard (default: the account's)");
  last.add_flag("--follow", asked->follow, "Go on while a node runs");
  last.callback([asked, &line] { tail(line, *asked); });
}

}  // namespace tally
