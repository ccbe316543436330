#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "actors/netting_book/split_table.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/parsed.hpp"

namespace tally {
namespace {

namespace json = boost::json;

std::string without_carriage_return(std::string text) {
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

// Columns subscription,weight; the header names them and their order.
std::vector<WeightRow> read_weights(const std::string& file) {
  std::ifstream in(file);
  std::string text;
  if (!in || !std::getline(in, text)) throw CommandFailed(exit_usage, file + ": cannot be read, or is empty");
  text = without_carriage_return(text);
  const bool swapped = text == "weight,subscription";
  if (!swapped && text != "subscription,weight") throw CommandFailed(exit_usage, file + ":1: the header must be subscription,weight");
  std::vector<WeightRow> rows;
  for (std::size_t number = 2; std::getline(in, text); ++number) {
    text = without_carriage_return(text);
    if (text.empty()) continue;
    const auto comma = text.find(',');
    const std::string where = file + ":" + std::to_string(number) + ": ";
    if (comma == std::string::npos || text.find(',', comma + 1) != std::string::npos) throw CommandFailed(exit_usage, where + "must be two columns");
    const std::string left = text.substr(0, comma);
    const std::string right = text.substr(comma + 1);
    try {
      rows.push_back({swapped ? right : left, Quantity::parse(swapped ? left : right)});
    } catch (const DecimalError& error) {
      throw CommandFailed(exit_usage, where + error.what());
    }
  }
  return rows;
}

struct SplitAsked {
  std::string quantity, step, weights, fill_id;
};

void split(const CommandLine& line, const SplitAsked& asked) {
  const Quantity quantity = parsed<Quantity>(asked.quantity, "--quantity");
  const Quantity step = parsed<Quantity>(asked.step, "--step");
  const std::vector<WeightRow> rows = read_weights(asked.weights);
  std::vector<Allocation> allocations;
  try {
    allocations = split_table(quantity, step, rows, asked.fill_id);
  } catch (const SplitError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  Table table({{"SUBSCRIPTION"}, {"WEIGHT", true}, {"QUANTITY", true}});
  json::array out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table.row({allocations[i].subscription, rows[i].weight.text(), allocations[i].quantity.text()});
    out.push_back(json::object{{"subscription", allocations[i].subscription}, {"weight", rows[i].weight.text()}, {"quantity", allocations[i].quantity.text()}});
  }
  print(line, json::object{{"fill_id", asked.fill_id}, {"quantity", quantity.text()}, {"step", step.text()}, {"allocations", std::move(out)}}, table);
}

}  // namespace

void add_split_command(Command app, CommandLine& line) {
  Command command = app.add_subcommand("split", "The allocation alone: divides a quantity over weights exactly as a fill is divided");
  const auto asked = std::make_shared<SplitAsked>();
  command.add_option("--quantity", asked->quantity, "What is divided; negative for a sale").required();
  command.add_option("--step", asked->step, "The lot: every allocation is a multiple of it").required();
  command.add_option("--weights", asked->weights, "A CSV file with the columns subscription,weight").required();
  command.add_option("--fill-id", asked->fill_id, "What ties are drawn for").required();
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  command.callback([asked, &line] { split(line, *asked); });
}

}  // namespace tally
