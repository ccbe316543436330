#include "tests/account/history.hpp"

#include <algorithm>

#include "actors/topology.hpp"

namespace tally::account {
namespace {

ProductDefined product(const char* name, const char* lot, const char* tick, std::int64_t multiplier, std::int64_t window_ms) {
  ProductDefined defined;
  defined.product = ProductId(name);
  defined.lot = Quantity::parse(lot);
  defined.tick = Price::parse(tick);
  defined.multiplier = multiplier;
  defined.minimum_unit = one_cent;
  defined.netting_window_ms = window_ms;
  return defined;
}

RiskLimits wide_limits() {
  RiskLimits limits;
  limits.position_max = Quantity::whole(1'000'000'000);
  limits.order_quantity_max = Quantity::whole(1'000'000'000);
  limits.order_notional_max = Money::whole(1'000'000'000);
  limits.gross_notional_max = Money::whole(1'000'000'000);
  limits.leverage_max = Ratio::whole(100);
  limits.drawdown_max = Ratio::parse("0.9");
  limits.daily_loss_max = Money::whole(1'000'000'000);
  limits.open_positions_max = 1'000;
  return limits;
}

SubscriptionTerms some_terms(Random& random) {
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::from_units(1'000'000 * (1 + random.below(50)));
  terms.leverage_max = Ratio::whole(1 + random.below(5));
  if (random.chance(20)) terms.loss_max = Money::whole(100);
  if (random.chance(20)) terms.notional_max = Money::whole(20'000);
  terms.stop_required = random.chance(60);
  terms.active = !random.chance(5);
  return terms;
}

}  // namespace

History::History(std::uint64_t seed, HistoryOptions options) : random_(seed), options_(options) {
  products_ = {product("BTC-USD", "0.001", "0.01", 1, 0), product("ES", "1", "0.25", 50, 200),
               product("EUR-USD", "1000", "0.00001", 1, 0)};
  for (const char* name : {"trend", "break", "mean"}) sources_.emplace_back(name);
  const char* prices[] = {"42500.5", "4700.25", "1.10405"};
  AccountConfigured account;
  account.account = AccountId(rig.shard());
  account.venue = VenueId("sim");
  account.currency = "USD";
  account.minimum_unit = one_cent;
  rig.submit(account);
  for (std::size_t i = 0; i < products_.size(); ++i) {
    rig.submit(products_[i]);
    const Price price = Price::parse(prices[i]);
    rig.market[products_[i].product] = {price, Price::from_units(products_[i].tick.units() * 2), BookState::two_sided, 0};
  }
  rig.submit(ChangeLimits{fresh_key(), OperatorId("ada"), wide_limits()});
  rig.submit(ShardStarted{"node", "test", rig.now});
  while (!rig.to_venue.empty()) venue_takes();
  deliver();
  for (const char* name : {"ann", "bob", "cid", "dot", "eve"}) {
    investors_.emplace_back(name);
    rig.submit(DepositFunds{fresh_key(), investors_.back(), Money::whole(20'000 + random_.below(50'000)), one_cent});
  }
  for (int i = 0; i < 11; ++i) {
    const SubscriptionId id("s" + std::to_string(i));
    const InvestorId owner = investors_[static_cast<std::size_t>(i) % investors_.size()];
    rig.submit(AddSubscription{fresh_key(), id, owner, random_.one_of(sources_), random_.one_of(products_).product,
                               Money::whole(5'000 + random_.below(4'000)), some_terms(random_), one_cent});
    subscriptions_.push_back(id);
    owners_[id] = owner;
  }
}

void History::step() {
  rig.now = rig.now + (random_.chance(60) ? random_.below(100) : random_.below(2'000)) * ns_per_ms;
  rig.advance(0);
  const std::int64_t dice = random_.below(100);
  if (dice < 8) move_market();
  else if (dice < 34) signal();
  else if (dice < 41) investor_command();
  else if (dice < 43) operator_command();
  else if (dice < 60) venue_takes();
  else if (dice < 78) venue_acts();
  else if (dice < 97) deliver();
  else if (dice < 98) rig.advance((1 + random_.below(40)) * ns_per_s);
  else if (dice < 99 && options_.restarts) rig.restart();
  else if (options_.entity_failures) fail_an_entity();
}

void History::move_market() {
  auto& at = rig.market.at(random_.one_of(products_).product);
  const std::int64_t change = at.mark.units() / 10'000 * (random_.below(201) - 100);
  at.mark = Price::from_units(std::max<std::int64_t>(at.mark.units() + change, 1'000'000));
  at.book = BookState::two_sided;
  at.age_ms = 0;
  if (random_.chance(8)) at.book = random_.chance(50) ? BookState::locked : BookState::one_sided;
  if (random_.chance(4)) at.age_ms = 60'000;
}

void History::signal() {
  SendSignal signal;
  signal.key = fresh_key();
  const auto& subscription = rig.state<Subscription>(random_.one_of(subscriptions_).text());
  signal.source = random_.chance(10) ? random_.one_of(sources_) : subscription.source;
  signal.product = random_.chance(10) ? random_.one_of(products_).product : subscription.product;
  signal.direction = {static_cast<std::int8_t>(random_.below(3) - 1)};
  if (random_.chance(85)) signal.stop_loss_ratio = Ratio::from_units(1'000'000 * (1 + random_.below(60)));
  if (random_.chance(2)) signal.stop_loss_ratio = Ratio::whole(2);
  if (random_.chance(1)) signal.product = ProductId("UNKNOWN");
  command(signal);
}

void History::investor_command() {
  const InvestorId investor = random_.one_of(investors_);
  const SubscriptionId subscription = random_.one_of(subscriptions_);
  const InvestorId owner = random_.chance(90) ? owners_.at(subscription) : investor;
  switch (random_.below(7)) {
    case 0: return command(DepositFunds{fresh_key(), investor, some_money(5'000), one_cent});
    case 1: return command(WithdrawFunds{fresh_key(), investor, some_money(10'000), false, one_cent});
    case 2: return command(WithdrawFunds{fresh_key(), investor, some_money(30'000), true, one_cent});
    case 3: return command(AllotCapital{fresh_key(), owner, subscription, some_money(5'000), one_cent});
    case 4: return command(ReleaseCapital{fresh_key(), owner, subscription, some_money(3'000), one_cent});
    case 5: return command(ChangeSubscription{fresh_key(), subscription, owner, some_terms(random_)});
    default: break;
  }
  const SubscriptionId added("t" + std::to_string(random_.below(12)));
  command(AddSubscription{fresh_key(), added, investor, random_.one_of(sources_), random_.one_of(products_).product,
                          some_money(3'000), some_terms(random_), one_cent});
  if (!owners_.contains(added) && rig.state<Subscription>(added.text()).investor == investor) {
    owners_[added] = investor;
    subscriptions_.push_back(added);
  }
}

void History::operator_command() {
  const OperatorId by("ada");
  RiskLimits limits = wide_limits();
  switch (random_.below(6)) {
    case 0: limits.order_notional_max = Money::whole(5'000 + random_.below(50'000)); break;
    case 1: limits.leverage_max = Ratio::whole(1); break;
    case 2:
      if (random_.chance(60)) break;
      return command(HaltTrading{fresh_key(), by, "drill"});
    case 3: return command(RequestReconciliation{fresh_key(), "operator"});
    case 4: return resolve_a_drift();
    default: break;
  }
  command(ChangeLimits{fresh_key(), by, limits});
  rig.submit(RequestRearm{fresh_key(), by, "drill over"});
  const auto& risk = rig.state<RiskAuthority>(rig.shard().text());
  command(ConfirmRearm{fresh_key(), by, risk.rearm_count});
}

void History::resolve_a_drift() {
  const auto& drifts = rig.state<Reconciliation>(rig.shard().text()).drifts;
  if (drifts.empty()) return;
  const auto [number, drift] = *drifts.begin();
  ResolveDrift resolve{fresh_key(), OperatorId("ada"), number, "seen", {}, {}};
  if (drift.kind == DriftKind::position) {
    for (const SubscriptionId& id : subscriptions_)
      if (rig.state<Subscription>(id.text()).product == drift.product) resolve.subscription = id;
    resolve.price = rig.market.at(drift.product).mark;
  }
  command(resolve);
}

void History::command(Message message) {
  if (random_.chance(5)) rig.submit(message);
  rig.submit(std::move(message));
}

void History::venue_takes() {
  if (rig.to_venue.empty()) return;
  const Message message = rig.to_venue.front();
  rig.to_venue.pop_front();
  if (const auto* order = std::get_if<OrderCommanded>(&message)) {
    const std::int64_t luck = random_.below(100);
    const SendOutcome outcome = luck < 90 ? SendOutcome::sent : luck < 94 ? SendOutcome::refused_locally : SendOutcome::ambiguous;
    if (outcome == SendOutcome::sent || (outcome == SendOutcome::ambiguous && random_.chance(50))) rig.venue.take(*order);
    if (!random_.chance(3)) rig.submit(OrderSendReported{order->order, outcome, ""});
  } else if (const auto* cancel = std::get_if<OrderCancelCommanded>(&message)) {
    const auto it = rig.venue.orders().find(cancel->order);
    if (it == rig.venue.orders().end()) return;
    reports_.push_back(it->second.open && random_.chance(80) ? rig.venue.cancel(cancel->order, rig.now)
                                                             : rig.venue.keep(cancel->order, rig.now));
  } else if (const auto* request = std::get_if<VenueStateRequested>(&message)) {
    answer_state_request(*request, random_.chance(85));
  }
}

void History::answer_state_request(const VenueStateRequested& request, bool complete) {
  VenueStateReported state = rig.venue.state(request, rig.now);
  if (!complete) {
    state.complete = false;
    state.executions.clear();
    state.open_orders.clear();
    state.positions.clear();
  }
  rig.submit(std::move(state));
}

void History::venue_acts() {
  if (options_.drifts && random_.chance(1)) {
    const ProductDefined& in = random_.one_of(products_);
    rig.venue.trade_behind_our_back(in.product, Quantity::from_units(in.lot.units() * (1 + random_.below(3))));
  }
  const auto open = rig.venue.open_orders();
  if (open.empty()) return;
  const ClientOrderId id = random_.one_of(open);
  const HandVenue::Order& order = rig.venue.orders().at(id);
  const std::int64_t luck = random_.below(100);
  if (luck < 20) return reports_.push_back(rig.venue.accept(id, rig.now));
  if (luck < 25 && !order.accepted && order.filled == Quantity{}) return reports_.push_back(rig.venue.reject(id, rig.now, "no"));
  if (luck < 28) return reports_.push_back(rig.venue.cancel(id, rig.now));
  if (luck < 30) return reports_.push_back(rig.venue.expire(id, rig.now));
  const ProductDefined& of = definition(order.command.batch.product);
  const std::int64_t lots = order.leaves().units() / of.lot.units();
  const std::int64_t part = random_.chance(40) ? lots : 1 + random_.below(lots);
  const Price price = rig.market.at(of.product).mark + Price::from_units(of.tick.units() * (random_.below(5) - 2));
  reports_.push_back(rig.venue.fill(id, Quantity::from_units(part * of.lot.units()), price, of.multiplier, rig.now));
}

void History::deliver() {
  if (reports_.empty()) return;
  const std::size_t at =
      random_.chance(80) ? 0 : static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(reports_.size())));
  const Message report = reports_[at];
  if (!random_.chance(10)) reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(at));  // else it comes again
  if (!random_.chance(2)) rig.submit(report);                                                 // else it is lost
}

void History::fail_an_entity() {
  const EntityRef chosen = random_.chance(50) ? EntityRef{EntityKind::subscription, random_.one_of(subscriptions_).symbol()}
                           : random_.chance(50) ? EntityRef{EntityKind::netting_book, random_.one_of(products_).product.symbol()}
                           : random_.chance(50) ? EntityRef{EntityKind::risk_authority, rig.shard()}
                                                : EntityRef{EntityKind::broker_session, rig.shard()};
  const auto times = static_cast<std::uint32_t>(1 + random_.below(2));  // fewer than stop it
  const Offset from = rig.journal().end(rig.shard());
  rig.host().on_fault([=](const EntityRef& entity, Offset offset, std::uint32_t attempt) {
    return entity == chosen && offset > from && offset < from + 40 && attempt <= times ? "drill" : "";
  });
}

// Whether a subscription or a book will act by itself.
bool History::waits_for_a_deadline() {
  for (const Deadline& deadline : rig.host().core().state().deadlines)
    if (deadline.target.kind == EntityKind::subscription || deadline.target.kind == EntityKind::netting_book) return true;
  return false;
}

void History::settle() {
  for (auto& [name, at] : rig.market) at.book = BookState::two_sided, at.age_ms = 0;
  rig.host().on_fault(nullptr);
  for (int round = 0; round < 200; ++round) {
    if (round == 1) rig.restart();
    for (; !rig.to_venue.empty(); rig.to_venue.pop_front()) {
      const Message message = rig.to_venue.front();
      if (const auto* order = std::get_if<OrderCommanded>(&message)) {
        rig.venue.take(*order);
        rig.submit(OrderSendReported{order->order, SendOutcome::sent, ""});
      } else if (const auto* request = std::get_if<VenueStateRequested>(&message)) {
        answer_state_request(*request, true);
      } else if (const auto* cancel = std::get_if<OrderCancelCommanded>(&message)) {
        const auto it = rig.venue.orders().find(cancel->order);
        if (it != rig.venue.orders().end() && it->second.open) reports_.push_back(rig.venue.cancel(cancel->order, rig.now));
      }
    }
    for (const ClientOrderId& id : rig.venue.open_orders()) {
      const HandVenue::Order& order = rig.venue.orders().at(id);
      const ProductDefined& of = definition(order.command.batch.product);
      reports_.push_back(rig.venue.fill(id, order.leaves(), rig.market.at(of.product).mark, of.multiplier, rig.now));
    }
    for (const Message& report : std::exchange(reports_, {})) rig.submit(report);
    rig.advance(10 * ns_per_s);
    if (round > 10 && rig.to_venue.empty() && rig.venue.open_orders().empty() && !waits_for_a_deadline()) break;
  }
  rig.submit(RequestReconciliation{fresh_key(), "operator"});
  for (; !rig.to_venue.empty(); rig.to_venue.pop_front())
    if (const auto* request = std::get_if<VenueStateRequested>(&rig.to_venue.front())) answer_state_request(*request, true);
}

const ProductDefined& History::definition(ProductId product) const {
  return *std::find_if(products_.begin(), products_.end(), [&](const ProductDefined& p) { return p.product == product; });
}

}  // namespace tally::account
