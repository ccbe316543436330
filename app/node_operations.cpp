#include "app/node_operations.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "app/account_choice.hpp"
#include "app/exit_code.hpp"
#include "app/journal_operations.hpp"
#include "app/request_fields.hpp"
#include "app/strategies/strategy_runner.hpp"
#include "messages/json.hpp"

namespace tally {
namespace {

namespace json = boost::json;

Symbol shard_at(const AccountNode& node, const json::object& request) {
  const Symbol shard(text_at(request, "shard"));
  if (shard != node.account() && (shard != node.venue() || node.venue_is_remote()))
    throw CommandFailed(exit_not_found, "this node has no shard '" + std::string(shard.text()) + "'");
  return shard;
}

json::object time(AccountNode& node) {
  const ClockDiscipline::Status status = node.time().status();
  return {{"mode", shape::enumerator_name(node.time().mode())},
          {"now", status.now.ns},
          {"offset_ns", status.offset_ns},
          {"slept_ns", status.slept_ns},
          {"sleeps", status.sleeps},
          {"steps_forward", status.steps_forward},
          {"steps_back", status.steps_back}};
}

json::object submit(AccountNode& node, const json::object& request) {
  const json::value* message = request.if_contains("message");
  if (!message) throw CommandFailed(exit_usage, "message is missing");
  const Outcome outcome = node.command(message_from_json(*message), text_at(request, "producer"));
  if (!outcome.accepted) throw CommandFailed(exit_refused, outcome.refusal);
  json::array cascade;
  for (const EntryPtr& entry : outcome.cascade) cascade.push_back(to_json(*entry, node.account()));
  return {{"offset", outcome.offset}, {"cascade", std::move(cascade)}};
}

json::object tree(AccountNode& node, const json::object& request) {
  json::array rows;
  for (const TreeRow& row : node.node().tree(shard_at(node, request)))
    rows.push_back(json::object{{"path", row.path}, {"state", row.state}, {"restarts", row.restarts},
                                {"stream_version", row.stream_version}, {"mailbox", row.mailbox}, {"last_input", row.last_input}});
  return {{"rows", std::move(rows)}};
}

StrategyRunner& strategies_of(AccountNode& node) {
  if (!node.strategies()) throw CommandFailed(exit_not_found, "the node's profile names no strategies");
  return *node.strategies();
}

json::object strategies(AccountNode& node) {
  json::array rows;
  for (const StrategyStatus& status : strategies_of(node).status()) {
    json::array roles;
    for (const auto& [bound, direction] : status.roles)
      roles.push_back(json::object{{"role", bound.role}, {"product", bound.product.text()}, {"direction", direction.value}});
    json::array mistakes(status.mistakes.begin(), status.mistakes.end());
    json::object row{{"strategy", status.strategy.text()}, {"version", status.version}, {"running", status.running}, {"file", status.file},
                     {"roles", std::move(roles)}, {"withheld_switched_off", status.counts.withheld_switched_off},
                     {"withheld_rate_limit", status.counts.withheld_rate_limit}, {"withheld_stop", status.counts.withheld_stop},
                     {"late_bars", status.counts.late_bars}, {"bars_without_price", status.counts.bars_without_price},
                     {"other_bars", status.other_bars}, {"late_openings", status.late_openings}, {"mistakes", std::move(mistakes)}};
    if (status.moment.ns != INT64_MIN) row["moment"] = status.moment.ns;
    rows.push_back(std::move(row));
  }
  return {{"strategies", std::move(rows)}, {"trouble", strategies_of(node).trouble()}};
}

json::object switch_strategy(AccountNode& node, const json::object& request) {
  const SignalSourceId strategy(text_at(request, "strategy"));
  const bool running = text_at(request, "to") == "on";
  try {
    if (strategies_of(node).switch_strategy(strategy, running, IdempotencyKey(text_at(request, "key")), OperatorId(text_at(request, "by"))))
      return {};
  } catch (const NotRecorded& not_recorded) {
    throw CommandFailed(exit_refused, not_recorded.what());
  }
  throw CommandFailed(exit_not_found, "no strategy '" + std::string(strategy.text()) + "' runs here");
}

// The interlock: nothing is broken on purpose, and no drill is held, where it is not certain that the venue is a simulated one.
void refuse_real_venue(const AccountNode& node) {
  if (!node.venue_is_simulated())
    throw CommandFailed(exit_denied, "NOT_SIMULATED: the venue has not said that it is a simulated one: no drill, and no fault on purpose");
}

json::object fail(AccountNode& node, const json::object& request) {
  refuse_real_venue(node);
  node.node().inject_fault(node.account(), entity_of(text_at(request, "entity")), static_cast<std::uint32_t>(number_at(request, "times")),
                           text_at(request, "cause"));
  return {};
}

// What a drill does to the account stands in its journal, beside everything else that happened to it.
json::object drill(AccountNode& node, const json::object& request) {
  refuse_real_venue(node);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> rules{
      {{"begun", "DRILL_BEGUN"}, {"fault", "DRILL_FAULT"}, {"healed", "DRILL_HEALED"}, {"verdict", "DRILL_VERDICT"}}};
  const std::string what = text_at(request, "what");
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& row) { return row.first == what; });
  if (rule == rules.end()) throw CommandFailed(exit_usage, "what must be begun, fault, healed or verdict");
  const Outcome outcome = node.record(rule->second, Severity::info, text_at(request, "drill"), text_at(request, "text"));
  if (!outcome.accepted) throw CommandFailed(exit_refused, outcome.refusal);
  return {{"offset", outcome.offset}};
}

json::object show(AccountNode& node, const json::object& request) {
  const json::value* listed = request.if_contains("bars");
  if (!listed || !listed->is_array()) throw CommandFailed(exit_usage, "bars must be an array");
  if (node.venue_is_remote()) throw CommandFailed(exit_usage, "the venue is a process of its own: show it the bars (tally venue bars)");
  std::vector<BarObserved> bars;
  for (const json::value& value : listed->get_array()) {
    const Message message = message_from_json(value);
    const auto* bar = std::get_if<BarObserved>(&message);
    if (!bar) throw CommandFailed(exit_usage, "bars holds what is no BarObserved");
    bars.push_back(*bar);
  }
  node.show(bars, text_at(request, "source"));
  node.settle();
  return {};
}

}  // namespace

ControlServer::Operations node_operations(AccountNode& node, std::function<void()> stop) {
  ControlServer::Operations operations;
  operations["ping"] = [&node](const json::object&) {
    return json::object{{"accounts", json::array{node.account().text()}}, {"account", node.account().text()}, {"venue", node.venue_is_remote() ? "" : node.venue().text()}, {"pid", ::getpid()},
                        {"now", node.time().now().ns}};
  };
  operations["time"] = [&node](const json::object&) { return time(node); };
  operations["submit"] = [&node](const json::object& request) { return submit(node, request); };
  operations["tree"] = [&node](const json::object& request) { return tree(node, request); };
  operations["state"] = [&node](const json::object& request) {
    return json::object{{"state", node.node().state_of(shard_at(node, request), entity_of(text_at(request, "entity")))}};
  };
  add_journal_operations(operations, node.journal());
  operations["show"] = [&node](const json::object& request) { return show(node, request); };
  operations["strategies"] = [&node](const json::object&) { return strategies(node); };
  operations["strategy_switch"] = [&node](const json::object& request) { return switch_strategy(node, request); };
  operations["strategy_reload"] = [&node](const json::object&) {
    strategies_of(node).reload();
    return strategies(node);
  };
  operations["fail"] = [&node](const json::object& request) { return fail(node, request); };
  operations["drill"] = [&node](const json::object& request) { return drill(node, request); };
  operations["stop"] = [stop = std::move(stop)](const json::object&) {
    stop();
    return json::object{};
  };
  for (auto& [name, operation] : operations)
    operation = [&node, does = std::move(operation)](const json::object& request) {
      if (request.contains("account")) chosen_account({node.account()}, text_at(request, "account"));
      return does(request);
    };
  return operations;
}

}  // namespace tally
