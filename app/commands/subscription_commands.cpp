#include <boost/json.hpp>

#include "actors/subscription/subscription.hpp"
#include "app/commands/submit.hpp"
#include "app/views/statement.hpp"
#include "app/views/shard_reading.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct TermsAsked {
  std::string risk, leverage, loss, notional_cap, stop_required, active;
};

struct SubscriptionAsked {
  std::string subscription, investor, source, product, capital, key;
  TermsAsked terms;
};

void add_terms(Command command, TermsAsked& terms, bool adding) {
  Option risk = command.add_option("--risk", terms.risk, "Capital at risk per trade, as a share of virtual capital, e.g. 0.02");
  Option leverage = command.add_option("--leverage", terms.leverage, "The most notional per unit of virtual capital, e.g. 2");
  if (adding) risk.required();
  if (adding) leverage.required();
  command.add_option("--loss-max", terms.loss, "The most capital at risk per trade, as an amount; none: no cap");
  command.add_option("--notional-max", terms.notional_cap, "The most notional of the position; none: no cap");
  command.add_option("--stop-required", terms.stop_required, "Whether an opening needs a stop-loss ratio").one_of({"true", "false"});
  command.add_option("--active", terms.active, "false: openings are released, closings honoured").one_of({"true", "false"});
}

std::optional<Money> cap(const std::string& asked, std::optional<Money> before, const char* option) {
  if (asked.empty()) return before;
  if (asked == "none") return std::nullopt;
  return parsed<Money>(asked, option);
}

SubscriptionTerms changed(SubscriptionTerms terms, const TermsAsked& asked) {
  if (!asked.risk.empty()) terms.risk_fraction = parsed<Ratio>(asked.risk, "--risk");
  if (!asked.leverage.empty()) terms.leverage_max = parsed<Ratio>(asked.leverage, "--leverage");
  terms.loss_max = cap(asked.loss, terms.loss_max, "--loss-max");
  terms.notional_max = cap(asked.notional_cap, terms.notional_max, "--notional-max");
  if (!asked.stop_required.empty()) terms.stop_required = asked.stop_required == "true";
  if (!asked.active.empty()) terms.active = asked.active == "true";
  return terms;
}

void add(const CommandLine& line, const SubscriptionAsked& asked) {
  AddSubscription command;
  command.key = key_or_fresh(asked.key);
  command.subscription = parsed<SubscriptionId>(asked.subscription, "NAME");
  command.investor = parsed<InvestorId>(asked.investor, "--investor");
  command.source = parsed<SignalSourceId>(asked.source, "--source");
  command.product = parsed<ProductId>(asked.product, "--product");
  command.capital = parsed<Money>(asked.capital, "--capital");
  command.terms = changed({}, asked.terms);
  submit_and_print(line, command);
}

// What is not named stays as it is.
void change(const CommandLine& line, const SubscriptionAsked& asked) {
  const auto node = open_node(line.where);
  ChangeSubscription command;
  command.key = key_or_fresh(asked.key);
  command.subscription = parsed<SubscriptionId>(asked.subscription, "NAME");
  ShardReading reading(*node->journal(), node->account());
  const Subscription::State& state = reading.state<Subscription>(command.subscription.symbol());
  if (state.investor.empty()) throw CommandFailed(exit_not_found, "there is no subscription '" + asked.subscription + "'");
  command.investor = state.investor;
  command.terms = changed(state.terms, asked.terms);
  submit_and_print(line, *node, command);
}

void list(const CommandLine& line) {
  const OpenedJournal opened = open_journal(line.where);
  ShardReading reading(*opened.journal, opened.account);
  Table table({{"SUBSCRIPTION"}, {"INVESTOR"}, {"SOURCE"}, {"PRODUCT"}, {"ACTIVE"}, {"POSITION", true}, {"CASH", true}, {"RISK", true}, {"LEVERAGE", true}, {"STOP"}, {"VERSION", true}});
  json::array rows;
  reading.for_each<Subscription>([&](Symbol key, const Subscription::State& state) {
    if (state.investor.empty()) return;
    rows.push_back(json::object{{"subscription", key.text()}, {"investor", state.investor.text()}, {"source", state.source.text()},
                                {"product", state.product.text()}, {"version", state.version}, {"position", state.position.text()},
                                {"cash", state.cash.text()}, {"terms", state_json(state.terms)}});
    table.row({std::string(key.text()), std::string(state.investor.text()), std::string(state.source.text()), std::string(state.product.text()),
               state.terms.active ? "yes" : "no", state.position.text(), state.cash.text(), state.terms.risk_fraction.text(),
               state.terms.leverage_max.text(), state.terms.stop_required ? "required" : "optional", std::to_string(state.version)});
  });
  print(line, rows, table);
}

struct CapitalAsked {
  std::string subscription, amount, key;
};

template <class Move>
void move_capital(const CommandLine& line, const CapitalAsked& asked) {
  const auto node = open_node(line.where);
  Move command;
  command.key = key_or_fresh(asked.key);
  command.subscription = parsed<SubscriptionId>(asked.subscription, "NAME");
  command.amount = parsed<Money>(asked.amount, "AMOUNT");
  ShardReading reading(*node->journal(), node->account());
  command.investor = reading.state<Subscription>(command.subscription.symbol()).investor;
  if (command.investor.empty()) throw CommandFailed(exit_not_found, "there is no subscription '" + asked.subscription + "'");
  submit_and_print(line, *node, command);
}

template <class Move>
void add_capital_command(Command group, const char* name, const char* what, CommandLine& line) {
  Command command = add_account_command(group, name, what, line);
  const auto asked = std::make_shared<CapitalAsked>();
  command.add_option("NAME", asked->subscription, "The subscription").required();
  command.add_option("AMOUNT", asked->amount, "How much, in whole minimum units").required();
  add_key(command, line, asked->key);
  command.callback([asked, &line] { move_capital<Move>(line, *asked); });
}

}  // namespace

void add_subscription_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "subscription", "Subscriptions of investors to signals: the unit of splitting");
  Command add_one = add_account_command(group, "add", "Subscribe an investor to a source's signals on one product", line);
  const auto adding = std::make_shared<SubscriptionAsked>();
  add_one.add_option("NAME", adding->subscription, "The subscription's name").required();
  add_one.add_option("--investor", adding->investor, "Whose it is").required();
  add_one.add_option("--source", adding->source, "Whose signals it follows").required();
  add_one.add_option("--product", adding->product, "On which product").required();
  add_one.add_option("--capital", adding->capital, "Allotted from the investor's cash").required();
  add_terms(add_one, adding->terms, true);
  add_key(add_one, line, adding->key);
  add_one.callback([adding, &line] { add(line, *adding); });

  Command change_one = add_account_command(group, "change", "Change its terms from the next opening trade on; what is not named stays", line);
  const auto changing = std::make_shared<SubscriptionAsked>();
  change_one.add_option("NAME", changing->subscription, "The subscription").required();
  add_terms(change_one, changing->terms, false);
  add_key(change_one, line, changing->key);
  change_one.callback([changing, &line] { change(line, *changing); });

  add_capital_command<AllotCapital>(group, "allot", "Move cash of its investor into a subscription", line);
  add_capital_command<ReleaseCapital>(group, "release", "Move a subscription's free cash back to its investor", line);
  add_account_command(group, "list", "All subscriptions with position, cash and terms", line).callback([&line] { list(line); });
}

}  // namespace tally
