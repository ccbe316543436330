// Signals, investors and subscriptions wired together as in the topology, under a market that does what it is told: the
// test fills, returns, denies and crosses intents as netting book, risk and session would, one outside input at a time.
#pragma once

#include <algorithm>
#include <map>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/host/shard/program_of.hpp"
#include "actors/investor/investor.hpp"
#include "actors/signal/signal.hpp"
#include "actors/subscription/subscription.hpp"
#include "messages/json.hpp"

namespace tally::world {

// ---- the routes ----
template <class E>
void of_product(const E& e, Keys& out) {
  out(e.product);
}
template <class E>
void of_investor(const E& e, Keys& out) {
  out(e.investor);
}
template <class E>
void of_subscription(const E& e, Keys& out) {
  out(e.subscription);
}
template <class E>
void rows_to_subscriptions(const E& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.rows.size(); ++i) out(e.rows[i].intent.subscription, i);
}
template <class E>
void rows_to_investors(const E& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.rows.size(); ++i) out(e.rows[i].investor, i);
}
inline void to_subscribers(const SignalReceived& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.subscriptions.size(); ++i) out(e.subscriptions[i], i);
}
inline void to_rejected(const RiskRejected& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.intents.size(); ++i) out(e.intents[i].subscription, i);
}
inline void to_asked(const WithdrawalRequested& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.rows.size(); ++i) out(e.rows[i].subscription, i);
}
inline void to_who_asked(const MarkCaptured& e, Keys& out) {
  if (e.asked_by) out(*e.asked_by);
}
inline void shares_to_subscriptions(const BufferAdjusted& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.shares.size(); ++i) out(e.shares[i].subscription, i);
}
inline void to_assigned(const DriftResolved& e, Keys& out) {
  if (e.subscription) out(*e.subscription);
}
inline void to_target(const DeadlineReached& e, Keys& out) {
  if (e.target.kind == EntityKind::subscription) out(e.target.key);
}

using Routes = route_list<
    decides<SendSignal, Signal, of_product>, folds<MarkCaptured, Signal, of_product>, folds<ProductDefined, Signal, of_product>,
    folds<SubscriptionUpdated, Signal, of_product>,
    decides<DepositFunds, Investor, of_investor>, decides<WithdrawFunds, Investor, of_investor>,
    decides<AddSubscription, Investor, of_investor>, decides<ChangeSubscription, Investor, of_investor>,
    decides<AllotCapital, Investor, of_investor>, decides<CapitalReleased, Investor, of_investor>,
    folds<MarkCaptured, Investor, to_who_asked>, folds<FillSplit, Investor, rows_to_investors>,
    folds<InternalNettingSettled, Investor, rows_to_investors>,
    decides<SubscriptionUpdated, Subscription, of_subscription>, decides<CapitalAllotted, Subscription, of_subscription>,
    decides<SignalReceived, Subscription, to_subscribers>, folds<FillSplit, Subscription, rows_to_subscriptions>,
    folds<InternalNettingSettled, Subscription, rows_to_subscriptions>, decides<RiskRejected, Subscription, to_rejected>,
    decides<IntentsReturned, Subscription, rows_to_subscriptions>, decides<ReleaseCapital, Subscription, of_subscription>,
    decides<WithdrawalRequested, Subscription, to_asked>, folds<BufferAdjusted, Subscription, shares_to_subscriptions>,
    decides<DriftResolved, Subscription, to_assigned>, decides<DeadlineReached, Subscription, to_target>>;
using WorldTopology = Topology<entity_list<Signal, Investor, Subscription>, Routes>;

inline const Program& program() {
  static const ProgramOf<WorldTopology> world;
  return world;
}

inline const ProductId product("BTC-USD");
inline const SignalSourceId source("trend");
inline constexpr Money cent = one_cent;

inline SubscriptionTerms usual_terms() {
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::parse("0.1");
  terms.leverage_max = Ratio::whole(2);
  terms.stop_required = false;
  return terms;
}

// An intent as the market sees it.
struct Order {
  IntentCreated intent;
  Quantity left;             // signed, still to trade
  bool cancelling = false;
};

class World {
 public:
  explicit World(Quantity lot = Quantity::parse("0.1"), std::int64_t multiplier = 1) : multiplier_(multiplier) {
    ProductDefined defined;
    defined.product = product;
    defined.lot = lot;
    defined.multiplier = multiplier;
    submit({defined});
  }
  World(const World&) = delete;

  // ---- commands; each returns what its whole cascade decided ----
  std::vector<Message> submit(std::vector<Message> input) {
    const std::size_t before = log.size();
    now = now + ns_per_s;
    host.submit(std::move(input), now);
    std::vector<Message> decided;
    for (std::size_t i = before + 1; i < log.size(); ++i)
      for (const Event& event : log[i].events) decided.push_back(event.body);
    return decided;
  }
  std::vector<Message> deposit(const char* investor, Money amount, const std::string& key) {
    return submit({DepositFunds{IdempotencyKey(key), InvestorId(investor), amount, cent}});
  }
  std::vector<Message> add(const char* name, const char* investor, Money capital, SubscriptionTerms terms = usual_terms()) {
    return submit({AddSubscription{IdempotencyKey(std::string("add-") + name + "-" + investor), SubscriptionId(name),
                                   InvestorId(investor), source, product, capital, terms, cent}});
  }
  std::vector<Message> signal(int direction, const std::string& key, Price mark, std::optional<Ratio> stop = {}) {
    const SendSignal ask{IdempotencyKey(key), source, product, Direction{static_cast<std::int8_t>(direction)}, stop};
    return submit({MarkCaptured{product, mark, "sim", now, {}}, ask});
  }
  std::vector<Message> withdraw(const char* investor, Money amount, const std::string& key, Price mark, bool immediate = true) {
    const InvestorId id(investor);
    return submit({MarkCaptured{product, mark, "sim", now, id}, WithdrawFunds{IdempotencyKey(key), id, amount, immediate, cent}});
  }
  std::vector<Message> release(const char* name, const char* investor, Money amount, const std::string& key) {
    return submit({ReleaseCapital{IdempotencyKey(key), InvestorId(investor), SubscriptionId(name), amount, cent}});
  }

  // ---- the market ----
  // A row of a split as the netting book writes it; also counts the trade's exact effect on cash.
  SplitRow row_of(const IntentCreated& intent, Quantity quantity, Price price, Money fee) {
    const Money exact = -notional(price, quantity, multiplier_) - fee;
    const WholeUnits change = whole_units(exact, cent);
    traded = traded + exact;
    return {intent.intent, intent.investor, quantity, change.whole, fee, change.residual};
  }
  FillSplit fill_of(const IntentCreated& intent, Quantity quantity, Price price, Money fee) {
    FillSplit split;
    split.batch = {product, BatchKind::shared, intent.intent.number};
    split.execution = ExecutionId("x" + std::to_string(++executions_));
    split.price = price;
    split.quantity = quantity;
    split.fee = fee;
    split.multiplier = multiplier_;
    split.rows = {row_of(intent, quantity, price, fee)};
    split.at = now;
    return split;
  }
  IntentsReturned return_of(const IntentId& intent, Quantity unfilled, const char* rule) {
    IntentsReturned returned;
    returned.batch = {product, BatchKind::shared, intent.number};
    returned.rule = RuleId(rule);
    returned.reason = "as the test wanted";
    returned.rows = {{intent, unfilled}};
    return returned;
  }

  // Trades `quantity` of an order. Where nothing is left, the return that the book owes comes in the same entry.
  std::vector<Message> fill(const IntentId& intent, Quantity quantity, Price price, Money fee = {}) {
    Order order = orders.at(intent);
    order.left -= quantity;
    std::vector<Message> input{fill_of(order.intent, quantity, price, fee)};
    if (order.left == Quantity{}) {
      const bool owed = order.cancelling || order.intent.reason == IntentReason::withdrawal;
      if (owed) input.push_back(return_of(intent, {}, "FILLED"));
      orders.erase(intent);
    } else {
      orders.at(intent) = order;
    }
    return submit(std::move(input));
  }
  std::vector<Message> fill_all(Price price, Money fee = {}) {
    std::vector<Message> decided;
    while (!orders.empty()) {
      const Order order = orders.begin()->second;
      for (Message& message : fill(order.intent.intent, order.left, price, fee)) decided.push_back(std::move(message));
    }
    return decided;
  }
  // What is left of an order is not traded.
  std::vector<Message> give_back(const IntentId& intent, const char* rule = "ORDER_REJECTED") {
    const Order order = orders.at(intent);
    orders.erase(intent);
    given_back.emplace_back(order.intent, order.left);
    return submit({return_of(intent, order.left, rule)});
  }
  // Risk denies what an order opens.
  std::vector<Message> deny(const IntentId& intent) {
    Order& order = orders.at(intent);
    order.left -= order.intent.open;
    if (order.left == Quantity{}) orders.erase(intent);
    return submit(
        {RiskRejected{{product, BatchKind::shared, intent.number}, RuleId("POSITION_LIMIT_EXCEEDED"), "denied", {intent}}});
  }
  // Two orders meet at one mid, fee-free.
  std::vector<Message> cross(const IntentId& buyer, const IntentId& seller, Quantity quantity, Price mid) {
    InternalNettingSettled cross;
    cross.batch = {product, BatchKind::shared, buyer.number};
    cross.execution = ExecutionId("cross:" + std::to_string(++executions_));
    cross.mid = mid;
    cross.mid_source = "sim";
    cross.mid_at = now;
    cross.crossed = quantity;
    cross.multiplier = multiplier_;
    std::vector<ReturnedRow> over;
    for (const auto& [id, signed_quantity] : {std::pair(buyer, quantity), std::pair(seller, -quantity)}) {
      Order& order = orders.at(id);
      cross.rows.push_back(row_of(order.intent, signed_quantity, mid, {}));
      order.left -= signed_quantity;
      if (order.left != Quantity{}) continue;
      if (order.cancelling) over.push_back({id, {}});
      orders.erase(id);
    }
    const auto before = [](const auto& a, const auto& b) { return a.intent < b.intent; };
    std::sort(cross.rows.begin(), cross.rows.end(), before);
    std::sort(over.begin(), over.end(), before);
    std::vector<Message> input{cross};
    IntentsReturned returned = return_of(buyer, {}, "FILLED");
    returned.rows = over;
    if (!over.empty()) input.push_back(returned);
    return submit(std::move(input));
  }
  // The venue reports, late, a trade of an intent that was given back.
  std::vector<Message> fill_late(const IntentCreated& intent, Quantity quantity, Price price) {
    return submit({fill_of(intent, quantity, price, {}), return_of(intent.intent, {}, "LATE_FILL")});
  }

  // ---- looking ----
  const Subscription::State& subscription(std::string_view name) { return host.state<Subscription>(name); }
  const Investor::State& investor(std::string_view name) { return host.state<Investor>(name); }

  // Every unit of cash, wherever it lies.
  Money cash_everywhere() {
    Money sum;
    host.for_each_cell([&](const AnyCell& cell) {
      if (cell.ref().kind == EntityKind::investor)
        sum += cell.state_of<Investor>().unallotted + cell.state_of<Investor>().buffer;
      if (cell.ref().kind == EntityKind::subscription) sum += cell.state_of<Subscription>().cash;
    });
    return sum;
  }

  std::vector<Entry> log;
  std::map<IntentId, Order> orders;      // that work
  std::vector<std::pair<IntentCreated, Quantity>> given_back;  // with what of them was not traded
  Money moved_in;                        // deposits less paid withdrawals
  Money traded;                          // exact change of cash by trades
  Time now{1'000'000 * ns_per_s};
  DeterministicHost host{program(), Symbol("account"), [this](const Entry& entry) { take_in(entry); }};

 private:
  void take_in(const Entry& entry) {
    log.push_back(entry);
    for (const Event& event : entry.events) {
      if (const auto* created = std::get_if<IntentCreated>(&event.body)) {
        const Quantity wanted = created->close + created->open;
        if (wanted != Quantity{}) orders[created->intent] = {*created, wanted, false};
      } else if (const auto* cancel = std::get_if<IntentCancelRequested>(&event.body)) {
        orders.at(cancel->intent).cancelling = true;
      } else if (const auto* updated = std::get_if<InvestorLedgerUpdated>(&event.body)) {
        moved_in += updated->amount;
      }
    }
  }

  std::int64_t multiplier_;
  std::uint64_t executions_ = 0;
};

template <class E>
std::vector<E> all(const std::vector<Message>& messages) {
  std::vector<E> found;
  for (const Message& message : messages)
    if (const E* event = std::get_if<E>(&message)) found.push_back(*event);
  return found;
}
// The one E among what was decided.
template <class E>
E one(const std::vector<Message>& messages) {
  const std::vector<E> found = all<E>(messages);
  if (found.size() != 1) throw std::runtime_error("expected one, found " + std::to_string(found.size()));
  return found[0];
}

}  // namespace tally::world
