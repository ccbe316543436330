#include <boost/json.hpp>
#include <iostream>

#include "app/commands/command_line.hpp"
#include "app/lots/book_files.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct LotsAsked {
  std::string fills, out;
  bool negative_prices = false;
};

json::object rollup_json(const BookKey& key, const Rollup& total) {
  return {{"account_id", key.account},
          {"strategy_id", key.strategy},
          {"symbol", key.symbol},
          {"currency", total.currency},
          {"trades", total.trades},
          {"matches", total.matches},
          {"winning_matches", total.winning},
          {"losing_matches", total.losing},
          {"zero_matches", total.zero},
          {"realized_gross", total.realized.text()},
          {"fees", total.fees.text()},
          {"realized_net", total.net().text()},
          {"final_position", total.position.text()},
          {"last_trade_price", total.last_price.text()},
          {"unrealized_at_last_price", total.unrealized().text()}};
}

void lots(const CommandLine& line, const LotsAsked& asked) {
  BookFilesReport report;
  try {
    report = write_book_files(asked.fills, asked.out, asked.negative_prices);
  } catch (const InputError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  Table table({{"ACCOUNT"}, {"STRATEGY"}, {"SYMBOL"}, {"TRADES", true}, {"MATCHES", true}, {"POSITION", true}, {"REALIZED", true},
               {"FEES", true}, {"NET", true}, {"UNREALIZED", true}, {"CURRENCY"}});
  json::array rollup;
  for (const auto& [key, total] : report.rollups) {
    table.row({key.account, key.strategy, key.symbol, std::to_string(total.trades), std::to_string(total.matches),
               total.position.text(), total.realized.text(), total.fees.text(), total.net().text(), total.unrealized().text(),
               total.currency});
    rollup.push_back(rollup_json(key, total));
  }
  json::array unread(report.unread_columns.begin(), report.unread_columns.end());
  print(line,
        json::object{{"list", report.list},
                     {"trades", report.trades},
                     {"repeats", report.repeats},
                     {"matches", report.matches},
                     {"open_lots", report.open_lots},
                     {"unread_columns", std::move(unread)},
                     {"rollup", std::move(rollup)}},
        table);
  if (line.json) return;
  std::cout << report.trades << " trades, " << report.repeats << " repeats left out, " << report.matches << " matches, "
            << report.open_lots << " open lots, in " << asked.out << '\n';
  for (const std::string& column : report.unread_columns) std::cout << "column '" << column << "' was not read\n";
}

}  // namespace

void add_lots_command(Command app, CommandLine& line) {
  Command command = app.add_subcommand("lots", "FIFO lots of fills: matches, open lots and totals as CSV files");
  const auto asked = std::make_shared<LotsAsked>();
  command.add_option("--fills", asked->fills, "A CSV file, plain or gzip; docs/lots.md names its columns").required();
  command.add_option("--out", asked->out, "Where matches, after_each_trade, open_lots and rollup.csv go").required();
  command.add_flag("--negative-prices", asked->negative_prices, "Take prices below zero, too");
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  command.callback([asked, &line] { lots(line, *asked); });
}

}  // namespace tally
