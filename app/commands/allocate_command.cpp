// tally allocate: an investor's capital over the strategies that they follow, by the scoreboard's weights.
#include "app/commands/allocate_command.hpp"

#include <boost/json.hpp>

#include "actors/capital.hpp"
#include "actors/subscription/subscription.hpp"
#include "app/command_intake.hpp"
#include "app/commands/submit.hpp"
#include "app/fresh_key.hpp"
#include "app/paper/allocation.hpp"
#include "app/views/account_books.hpp"
#include "app/views/shard_reading.hpp"
#include "app/views/table_source.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct AllocateAsked {
  std::string investor;
  bool apply = false;
};

std::map<SignalSourceId, Ratio> weights_now(const CommandLine& line, const OpenedJournal& opened) {
  std::map<SignalSourceId, Ratio> weights;
  table_source(tables::Row(tables::StrategyWeightsLatest{}).index(), line.where)
      ->catch_up(opened, [&](const tables::Change& change) {
        if (const auto* weight = std::get_if<tables::StrategyWeightsLatest>(&change.row))
          weights[weight->strategyId] = weight->weight;
      });
  return weights;
}

std::vector<AllocationRow> planned(const CommandLine& line, InvestorId investor) {
  const OpenedJournal opened = open_journal(line.where);
  ShardReading reading(*opened.journal, opened.account);
  std::vector<Allotted> subscriptions;
  reading.for_each<Subscription>([&](Symbol key, const Subscription::State& state) {
    if (state.investor != investor) return;
    subscriptions.push_back({SubscriptionId(key.text()), state.source,
                             equity({state.cash, state.position, state.multiplier}, state.price) + state.buffer,
                             free_cash(state)});
  });
  if (subscriptions.empty())
    throw CommandFailed(exit_not_found, "the investor '" + std::string(investor.text()) + "' has no subscription");
  const auto weights = weights_now(line, opened);
  const Money unit = account_books(*opened.journal, opened.account, {}).account.minimum_unit;
  std::vector<AllocationRow> rows = allocation_of(subscriptions, weights, unit);
  if (rows.empty())
    throw CommandFailed(exit_not_found,
                        "no strategy that is followed has a weight yet: the scoreboard needs a whole day of its signals");
  return rows;
}

template <class Move>
void move(const CommandLine& line, NodeAccess& node, InvestorId investor, const AllocationRow& row, Money amount) {
  if (amount == Money{}) return;
  Move command;
  command.key = fresh_key();   // asked again, it moves what is left to be moved
  command.investor = investor;
  command.subscription = row.subscription;
  command.amount = amount;
  const auto cascade = node.submit(command, line.producer());
  if (const auto denied = denial_in(cascade, command.key))
    throw CommandFailed(exit_denied, std::string(row.subscription.text()) + ": denied " + std::string(denied->rule.text()) +
                                         ": " + denied->reason);
}

void allocate(const CommandLine& line, const AllocateAsked& asked) {
  const auto investor = parsed<InvestorId>(asked.investor, "INVESTOR");
  const std::vector<AllocationRow> rows = planned(line, investor);
  Table table(
      {{"SUBSCRIPTION"}, {"SOURCE"}, {"WEIGHT", true}, {"CAPITAL", true}, {"TARGET", true}, {"RELEASE", true}, {"ALLOT", true}});
  json::array out;
  for (const AllocationRow& row : rows) {
    table.row({std::string(row.subscription.text()), std::string(row.source.text()), row.weight.text(), row.capital.text(),
               row.target.text(), row.release.text(), row.allot.text()});
    out.push_back(json::object{{"subscription", row.subscription.text()},
                               {"source", row.source.text()},
                               {"weight", row.weight.text()},
                               {"capital", row.capital.text()},
                               {"target", row.target.text()},
                               {"release", row.release.text()},
                               {"allot", row.allot.text()}});
  }
  print(line, json::object{{"investor", asked.investor}, {"apply", asked.apply}, {"rows", std::move(out)}}, table);
  if (!asked.apply) return;
  const auto node = open_node(line.where);
  for (const AllocationRow& row : rows) move<ReleaseCapital>(line, *node, investor, row, row.release);
  for (const AllocationRow& row : rows) move<AllotCapital>(line, *node, investor, row, row.allot);
}

}  // namespace

void add_allocate_command(Command app, CommandLine& line) {
  Command command = add_account_command(
      app, "allocate",
      "An investor's capital over the strategies that they follow, by the scoreboard's weights: what would move, or with --apply moves",
      line);
  const auto asked = std::make_shared<AllocateAsked>();
  command.add_option("INVESTOR", asked->investor, "Whose").required();
  command.add_flag("--apply", asked->apply, "Move it: releases first, then allotments, each a command on record");
  command.callback([asked, &line] { allocate(line, *asked); });
}

}  // namespace tally
