// tally scoreboard: what each strategy did on paper, beside its weight.
#include "app/commands/scoreboard_command.hpp"

#include <boost/json.hpp>
#include <map>

#include "actors/tables/row_text.hpp"
#include "app/time_text.hpp"
#include "app/views/table_source.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct ScoreboardRow {
  tables::StrategyPerfLatest perf;
  tables::StrategyWeightsLatest weight;
};

std::string figure_text(const std::optional<Ratio>& value) { return value ? value->text() : "-"; }

void show_scoreboard(const CommandLine& line) {
  std::map<SignalSourceId, ScoreboardRow> rows;
  table_source(tables::Row(tables::StrategyPerfLatest{}).index(), line.where)
      ->catch_up(open_journal(line.where), [&](const tables::Change& change) {
        if (const auto* perf = std::get_if<tables::StrategyPerfLatest>(&change.row)) rows[perf->strategyId].perf = *perf;
        if (const auto* weight = std::get_if<tables::StrategyWeightsLatest>(&change.row))
          rows[weight->strategyId].weight = *weight;
      });
  Table table({{"STRATEGY"},
               {"ACCOUNT"},
               {"DAYS", true},
               {"CAPITAL", true},
               {"P&L NET", true},
               {"FEES", true},
               {"FILLS", true},
               {"RETURN", true},
               {"DRAWDOWN", true},
               {"SHARPE", true},
               {"SHRUNK", true},
               {"T", true},
               {"WEIGHT", true},
               {"BEFORE", true},
               {"AS OF"}});
  json::array out;
  for (const auto& [strategy, row] : rows) {
    const tables::StrategyPerfLatest& perf = row.perf;
    table.row({std::string(strategy.text()), std::string(perf.accountId.text()), std::to_string(perf.days), perf.capital.text(),
               perf.pnlNet.text(), perf.fees.text(), std::to_string(perf.fills), figure_text(perf.totalReturn),
               figure_text(perf.maxDrawdown), figure_text(perf.sharpe), figure_text(perf.shrunkSharpe), figure_text(perf.tStat),
               row.weight.weight.text(), figure_text(row.weight.previousWeight), exact_iso_time(perf.ts)});
    json::object one = tables::json_of(perf);
    one["weight"] = row.weight.weight.text();
    one["previousWeight"] = row.weight.previousWeight ? json::value(row.weight.previousWeight->text()) : json::value();
    out.push_back(std::move(one));
  }
  print(line, out, table);
}

}  // namespace

void add_scoreboard_command(Command app, CommandLine& line) {
  add_account_command(app, "scoreboard",
              "What each strategy did on paper, net of fees, day by day, and the weight that follows (docs/scoreboard.md)", line)
      .callback([&line] { show_scoreboard(line); });
}

}  // namespace tally
