#include "app/account_node.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/programs.hpp"
#include "app/command_intake.hpp"
#include "app/fresh_key.hpp"
#include "app/starting_point.hpp"
#include "app/strategies/strategy_runner.hpp"

namespace tally {
namespace {

void refuse_other_account(const Journal& journal, Symbol account) {
  for (const Symbol shard : journal.shards())
    if (is_account_shard(shard) && shard != account)
      throw ProfileError("the journal is of account '" + std::string(shard.text()) + "', the profile of '" +
                         std::string(account.text()) + "': name another --data directory or the right --profile");
}

bool recorded(const StartingPoint& point, const Message& wanted) {
  if (const auto* account = std::get_if<AccountConfigured>(&wanted))
    return point.account && same_content(*point.account, *account);
  if (const auto* venue = std::get_if<VenueConfigured>(&wanted)) return point.venue && same_content(*point.venue, *venue);
  if (const auto* product = std::get_if<ProductDefined>(&wanted)) {
    const auto it = point.products.find(product->product);
    return it != point.products.end() && same_content(it->second, *product);
  }
  if (const auto* limits = std::get_if<ChangeLimits>(&wanted)) {
    if (!point.limits) return false;
    ChangeLimits before = *point.limits;
    before.key = limits->key;
    return same_content(before, *limits);
  }
  return false;
}

}  // namespace

AccountNode::AccountNode(Profile profile, std::shared_ptr<Journal> journal, std::string name)
    : profile_(std::move(profile)), journal_(std::move(journal)) {
  refuse_other_account(*journal_, account());
  const bool live = profile_.clock == ClockChoice::live;
  time_ = std::make_shared<TimeAuthority>(live ? TimeAuthority::Mode::live : TimeAuthority::Mode::backtest);
  node_ = std::make_unique<Node>(std::move(name), journal_, time_);
  link_ = std::make_unique<VenueLink>(*node_, venue());
  start_shards();
  start_strategies();
}

// Effects that are still released have nowhere to go; whether they left is for reconciliation to find out.
AccountNode::~AccountNode() {
  strategies_.reset();
  link_->stop();
}

void AccountNode::start_shards() {
  const StartingPoint account_point = starting_point(*journal_, account());
  for (const auto& [product, mark] : account_point.marks) market_.set(mark);
  for (const auto& [product, top] : account_point.tops) market_.set(top);
  const StartingPoint venue_point = starting_point(*journal_, venue());
  for (const auto& [product, bar] : venue_point.bars) market_.show(bar, half_spread_of(product), "journal:bar-close");
  time_->set(std::max(account_point.at, venue_point.at));

  ShardOptions options;
  options.supervision = profile_.supervision;
  options.snapshot_every = profile_.storage.snapshot_every;
  options.capture = [this](const Message& input, std::vector<Message>& captured) { market_.capture(input, captured); };
  options.effect = [this](const Entry& entry, const Event& event, Port port) { link_->perform(entry, event, port); };
  options.shard = venue();
  options.program = &venue_program();
  node_->start_shard(options);
  configure(venue(), venue_configuration(profile_));
  options.shard = account();
  options.program = &account_program();
  node_->start_shard(options);
  std::vector<Message> wanted = account_configuration(profile_);
  wanted.push_back(ChangeLimits{fresh_key(), OperatorId(profile_producer), profile_.limits});
  configure(account(), std::move(wanted));
  node_->settle();
}

void AccountNode::start_strategies() {
  if (profile_.strategies.empty()) return;
  const auto send = [this](const SendSignal& signal, const std::string& producer) {
    if (const Outcome outcome = command(signal, producer); !outcome.accepted)
      spdlog::error("signal {} of {} was refused: {}", signal.key.text(), signal.source.text(), outcome.refusal);
  };
  strategies_ = std::make_shared<StrategyRunner>(profile_.strategies, journal_, StrategyRunner::Shards{account(), venue()}, send,
                                                 [this] { return time_->now(); });
}

void AccountNode::configure(Symbol shard, std::vector<Message> wanted) {
  const StartingPoint point = starting_point(*journal_, shard);
  for (Message& message : wanted)
    if (!recorded(point, message)) submit_and_wait(shard, std::move(message));
}

void AccountNode::submit_and_wait(Symbol shard, Message message) {
  const Outcome outcome = node_->submit_for(shard, std::move(message), std::string(profile_producer)).get();
  if (!outcome.accepted) throw std::runtime_error("the configuration was refused: " + outcome.refusal);
}

Outcome AccountNode::command(Message message, const std::string& producer) {
  std::promise<Outcome> answer;
  command(std::move(message), producer, [&](const Outcome& outcome) { answer.set_value(outcome); });
  return answer.get_future().get();
}

void AccountNode::command(Message message, const std::string& producer, Node::Done done) {
  if (!is_command(message)) return done(Outcome{false, "NOT_A_COMMAND", 0, {}});
  write_minimum_unit(message, profile_.account.minimum_unit);
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  node_->submit(account(), std::move(messages), producer, std::move(done));
}

void AccountNode::show(std::span<const BarObserved> bars, const std::string& source, Node::Done done) {
  for (const BarObserved& bar : bars) market_.show(bar, half_spread_of(bar.product), source);
  for (const BarObserved& bar : bars) time_->set(bar.closed_at);
  const auto taped = [to = std::weak_ptr(strategies_), done = std::move(done)](const Outcome& outcome) {
    if (const auto strategies = to.lock()) strategies->notify();
    if (done) done(outcome);
  };
  for (const BarObserved& bar : bars) node_->submit(venue(), {bar}, source, taped);
  node_->clock_moved();
}

void AccountNode::settle() {
  node_->settle();
  if (!strategies_) return;
  strategies_->settle();
  node_->settle();
}

Price AccountNode::half_spread_of(ProductId product) const {
  for (const ProductDefined& known : profile_.products)
    if (known.product == product) return Price::from_units(known.tick.units() * profile_.venue.half_spread_ticks);
  return {};
}

}  // namespace tally
