#include "app/account_node.hpp"

#include <spdlog/spdlog.h>

#include "actors/programs.hpp"
#include "app/command_intake.hpp"
#include "app/fresh_key.hpp"
#include "app/shard_configuration.hpp"
#include "app/strategies/strategy_runner.hpp"
#include "app/venue/embedded_venue_link.hpp"
#include "app/venue/journal_bar_tape.hpp"
#include "app/venue/remote_bar_tape.hpp"
#include "app/venue/remote_venue_link.hpp"

namespace tally {
namespace {

void refuse_other_account(const Journal& journal, Symbol account) {
  for (const Symbol shard : journal.shards())
    if (is_account_shard(shard) && shard != account)
      throw ProfileError("the journal is of account '" + std::string(shard.text()) + "', the profile of '" +
                         std::string(account.text()) + "': name another --data directory or the right --profile");
}

}  // namespace

AccountNode::AccountNode(Profile profile, std::shared_ptr<Journal> journal, std::string name, ActingRight right)
    : profile_(std::move(profile)), may_act_(right.may_act), journal_(std::move(journal)) {
  if (!right.among_others) refuse_other_account(*journal_, account());
  const bool live = profile_.clock == ClockChoice::live;
  time_ = std::make_shared<TimeAuthority>(live ? TimeAuthority::Mode::live : TimeAuthority::Mode::backtest);
  node_ = std::make_unique<Node>(name, journal_, time_);
  name_ = std::move(name);
  start_shards(right);
  start_strategies(!may_act_);
}

// Effects that are still released have nowhere to go; whether they left is for reconciliation to find out.
AccountNode::~AccountNode() {
  strategies_.reset();
  link_->stop();
}

void AccountNode::start_shards(const ActingRight& right) {
  const StartingPoint account_point = starting_point(*journal_, account());
  for (const auto& [product, mark] : account_point.marks) market_.set(mark);
  for (const auto& [product, top] : account_point.tops) market_.set(top);
  time_->set(account_point.at);

  ShardOptions options;
  options.supervision = profile_.supervision;
  options.snapshot_every = profile_.storage.snapshot_every;
  options.capture = [this](const Message& input, std::vector<Message>& captured) { market_.capture(input, captured); };
  options.effect = [this](const Entry& entry, const Event& event, Port port) { link_->perform(entry, event, port); };
  RemoteVenueLink* remote = nullptr;
  if (venue_is_remote()) {
    auto tape = std::make_shared<RemoteBarTape>(profile_.venue_reach.address, venue());
    auto link = remote_link(right, tape);
    remote = link.get();
    link_ = std::move(link);
    tape_ = std::move(tape);
  } else {
    tape_ = std::make_shared<JournalBarTape>(journal_, venue());
    link_ = std::make_unique<EmbeddedVenueLink>(*node_, venue());
    start_venue_shard(options);
  }
  options.shard = account();
  options.program = &account_program();
  options.standby = right.standby;
  node_->start_shard(options);
  if (remote) remote->start();
  std::vector<Message> wanted = account_configuration(profile_);
  wanted.push_back(ChangeLimits{fresh_key(), OperatorId(profile_producer), profile_.limits});
  configure_shard(*node_, account(), account_point, std::move(wanted));
  node_->settle();
}

void AccountNode::start_venue_shard(ShardOptions options) {
  const StartingPoint point = starting_point(*journal_, venue());
  for (const auto& [product, bar] : point.bars) market_.show(bar, half_spread_of(product), "journal:bar-close");
  time_->set(point.at);
  options.shard = venue();
  options.program = &venue_program();
  node_->start_shard(options);
  configure_shard(*node_, venue(), point, venue_configuration(profile_));
}

std::unique_ptr<RemoteVenueLink> AccountNode::remote_link(const ActingRight& right, std::shared_ptr<RemoteBarTape> tape) {
  RemoteVenueOptions options;
  options.address = profile_.venue_reach.address;
  options.account = profile_.account.account;
  options.venue = venue();
  options.node = name_;
  options.cancel_on_disconnect = profile_.venue_reach.cancel_on_disconnect;
  options.cap = {profile_.venue_reach.orders_per_second_max, profile_.venue_reach.notional_per_second_max};
  options.may_act = right.may_act;
  options.term = right.term;
  options.worth = [this](const OrderCommanded& order) { return worth_of(order); };
  options.show = [this](std::span<const BarObserved> bars) {
    node_->port_work_begun();  // who sees the price and then settles has the deadlines that it brought behind them
    see(bars, "venue:bar-close");
    node_->clock_moved();
    node_->port_work_finished();
  };
  options.told = [tape](Offset end) { tape->told(end); };
  options.welcomed = [tape = std::move(tape)](Offset end) { tape->welcomed(end); };
  return std::make_unique<RemoteVenueLink>(*node_, std::move(options));
}

// With a remote venue the tape is read once a session has said how far it goes: nobody waits for that here.
void AccountNode::start_strategies(bool files_at_start) {
  if (profile_.strategies.empty()) return;
  StrategyRunner::Ports ports{journal_, account(), tape_, {}, [this] { return time_->now(); }, files_at_start};
  ports.record = [this](std::vector<Message> messages, const std::string& producer) {
    const auto answer = std::make_shared<std::promise<Outcome>>();
    node_->submit(account(), std::move(messages), producer, [answer](const Outcome& outcome) { answer->set_value(outcome); });
    return answer->get_future();
  };
  strategies_ = std::make_unique<StrategyRunner>(profile_.strategies, std::move(ports));
  if (!venue_is_remote()) strategies_->settle();
}

Outcome AccountNode::command(Message message, const std::string& producer) {
  std::promise<Outcome> answer;
  command(std::move(message), producer, [&](const Outcome& outcome) { answer.set_value(outcome); });
  return answer.get_future().get();
}

Outcome AccountNode::record(std::string_view rule, Severity severity, std::string subject, std::string text) {
  AlertTriggered said{RuleId(rule), severity, std::move(subject), std::move(text), time_->now()};
  return node_->submit_for(account(), std::move(said), name_).get();
}

void AccountNode::command(Message message, const std::string& producer, Node::Done done) {
  if (!is_command(message)) return done(Outcome{false, "NOT_A_COMMAND", 0, {}});
  write_minimum_unit(message, profile_.account.minimum_unit);
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  node_->submit(account(), std::move(messages), producer, std::move(done));
}

// What prices are and, on a clock of bars, what time it is.
void AccountNode::see(std::span<const BarObserved> bars, const std::string& source) {
  for (const BarObserved& bar : bars) market_.show(bar, half_spread_of(bar.product), source);
  if (time_->mode() == TimeAuthority::Mode::live) return;
  for (const BarObserved& bar : bars) time_->set(bar.closed_at);
}

void AccountNode::show(std::span<const BarObserved> bars, const std::string& source, Node::Done done) {
  if (venue_is_remote()) throw std::logic_error("the venue is a process of its own: show it the bars (tally venue bars)");
  see(bars, source);
  const auto taped = [tape = tape_, done = std::move(done)](const Outcome& outcome) {
    tape->more();
    if (done) done(outcome);
  };
  for (const BarObserved& bar : bars) node_->submit(venue(), {bar}, source, taped);
  node_->clock_moved();
}

bool AccountNode::judged_up_to(Offset number) const {
  return tape_->end().value_or(0) >= number && (!strategies_ || strategies_->judged() >= number);
}

void AccountNode::settle() {
  node_->settle();
  if (!strategies_) return;
  strategies_->settle();
  node_->settle();
}

std::optional<Money> AccountNode::worth_of(const OrderCommanded& order) const {
  const auto mark = market_.mark(order.batch.product);
  if (!mark) return std::nullopt;
  for (const ProductDefined& known : profile_.products)
    if (known.product == order.batch.product) return abs(notional(mark->price, order.quantity, known.multiplier));
  return std::nullopt;
}

Price AccountNode::half_spread_of(ProductId product) const {
  for (const ProductDefined& known : profile_.products)
    if (known.product == product) return Price::from_units(known.tick.units() * profile_.venue.half_spread_ticks);
  return {};
}

}  // namespace tally
