// tally: the command line of an account.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <iostream>

#include "app/commands/allocate_command.hpp"
#include "app/commands/backtest_command.hpp"
#include "app/commands/certs_commands.hpp"
#include "app/commands/cluster_commands.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/drill_commands.hpp"
#include "app/commands/feed_commands.hpp"
#include "app/commands/replay_command.hpp"
#include "app/commands/scoreboard_command.hpp"
#include "app/commands/tape_commands.hpp"
#include "app/commands/venue_commands.hpp"

namespace {

constexpr const char* footer = R"(
Exit codes: 0 done, 1 failed, 2 usage or profile, 3 denied, 4 refused at the inlet, 5 not found, 6 a check found a
difference, 7 the data directory is held by a process that does not answer, 8 a backtest was stopped and is marked incomplete,
70 the disk failed.
Where a node runs on the data directory (tallyd, tally run), commands go through it; else they open it for a moment.)";

int failed(int code, const std::string& why) {
  std::cerr << "tally: " << why << '\n';
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tally;
  spdlog::set_default_logger(spdlog::stderr_color_mt("tally"));  // standard output is for answers
  spdlog::set_level(spdlog::level::warn);
  ArgumentParser parser("One account, many investors: signals in, exact books out.", "tally");
  parser.footer(footer);
  Command app = parser.root().require_subcommand();
  CommandLine line;
  const char* user = std::getenv("USER");
  line.by = user && *user ? user : "operator";
  add_job_commands(app, line);
  add_scenario_commands(app, line);
  add_signal_commands(app, line);
  add_subscription_commands(app, line);
  add_investor_commands(app, line);
  add_order_commands(app, line);
  add_risk_commands(app, line);
  add_reconciliation_commands(app, line);
  add_supervision_commands(app, line);
  add_journal_commands(app, line);
  add_replay_command(app, line);
  add_table_command(app, line);
  add_scoreboard_command(app, line);
  add_allocate_command(app, line);
  add_play_command(app, line);
  add_time_command(app, line);
  add_schema_commands(app, line);
  add_split_command(app, line);
  add_lots_command(app, line);
  add_stats_command(app, line);
  add_bar_commands(app, line);
  add_resolve_command(app, line);
  add_book_command(app, line);
  add_tick_command(app, line);
  add_tape_commands(app, line);
  add_feed_commands(app, line);
  add_strategy_commands(app, line);
  add_backtest_command(app, line);
  add_cluster_commands(app, line);
  add_venue_commands(app, line);
  add_certs_commands(app, line);
  add_drill_commands(app, line);
  try {
    parser.parse(argc, argv);
    return line.exit_code;
  } catch (const CommandFailed& error) {
    return failed(error.code, error.what());
  } catch (const std::exception& error) {
    return failed(exit_failed, error.what());
  }
}
