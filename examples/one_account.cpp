// A whole account in one small program, without threads, clocks or files: two investors follow one signal, the order is
// filled in two parts, and every part is divided exactly. Prints who holds what.
#include <iostream>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/topology.hpp"
#include "persistence/memory_journal.hpp"

using namespace tally;

namespace {

const ProductId btc("BTC-USD");
const Price price = Price::parse("42500");

RiskLimits wide_limits() {  // a limit that is not set denies
  RiskLimits limits;
  limits.position_max = limits.order_quantity_max = Quantity::whole(100);
  limits.order_notional_max = limits.gross_notional_max = limits.daily_loss_max = Money::whole(1'000'000);
  limits.leverage_max = Ratio::whole(3);
  limits.drawdown_max = Ratio::parse("0.5");
  limits.open_positions_max = 3;
  return limits;
}

AddSubscription subscribe(const char* key, const char* name, const char* investor, Money capital) {
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::parse("0.01");  // of its capital, lost where the stop is met
  terms.leverage_max = Ratio::whole(1);
  return {IdempotencyKey(key), SubscriptionId(name), InvestorId(investor), SignalSourceId("trend"), btc, capital, terms};
}

// One of the venue's fills of our order.
ExecutionReported fill(const OrderCommanded& order, const char* id, const char* quantity) {
  ExecutionReported report;
  report.order = order.order;
  report.execution = ExecutionId(id);
  report.type = ExecutionType::trade;
  report.product = btc;
  report.side = order.side;
  report.last_quantity = Quantity::parse(quantity);
  report.last_price = price;
  report.fee = Money::parse("1.23");
  report.account = order.account;
  return report;
}

}  // namespace

int main() {
  const Symbol account("acme");
  MemoryJournal journal;
  DeterministicHost host(account_program(), account, [&](const Entry& entry) { journal.append(account, entry); }, &journal);
  Time now{1'704'153'600 * ns_per_s};

  AccountConfigured configured;
  configured.account = AccountId(account);
  configured.venue = VenueId("venue");
  configured.currency = "USD";
  configured.minimum_unit = one_cent;
  ProductDefined product;
  product.product = btc;
  product.lot = Quantity::parse("0.001");
  product.tick = Price::parse("0.01");
  product.minimum_unit = one_cent;
  host.submit(configured, now);
  host.submit(product, now);
  host.submit(ChangeLimits{IdempotencyKey("limits"), OperatorId("ada"), wide_limits()}, now);
  host.submit(DepositFunds{IdempotencyKey("d1"), InvestorId("ann"), Money::whole(60'000)}, now);
  host.submit(DepositFunds{IdempotencyKey("d2"), InvestorId("bob"), Money::whole(30'000)}, now);
  host.submit(subscribe("s1", "ann-trend", "ann", Money::whole(60'000)), now);
  host.submit(subscribe("s2", "bob-trend", "bob", Money::whole(20'000)), now);

  // Openings are disarmed until the venue's records were compared once.
  host.submit(ShardStarted{"example", "1", now}, now);
  VenueStateReported nothing_there;
  nothing_there.request = 1;
  nothing_there.complete = true;
  nothing_there.at = now;
  nothing_there.account = configured.account;
  host.submit(nothing_there, now);

  // The signal carries no size. The price to size with stands beside it.
  const MarkCaptured mark{btc, price, "example", now, {}};
  host.submit({mark, SendSignal{IdempotencyKey("one"), SignalSourceId("trend"), btc, {1}, Ratio::parse("0.02")}}, now);

  OrderCommanded order;
  for_each_entry(journal, account, 1, journal.end(account), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (const auto* commanded = std::get_if<OrderCommanded>(&event.body)) order = *commanded;
  });
  std::cout << "one order for both: " << order.quantity.text() << " BTC-USD\n";
  host.submit(OrderSendReported{order.order, SendOutcome::sent, ""}, now);
  host.submit(fill(order, "x1", "0.5"), now);
  host.submit(fill(order, "x2", "0.333"), now);

  Quantity sum;
  for (const char* name : {"ann-trend", "bob-trend"}) {
    const auto& subscription = host.state<Subscription>(name);
    std::cout << name << ": position " << subscription.position.text() << ", cash " << subscription.cash.text() << ", buffer "
              << subscription.buffer.text() << '\n';
    sum += subscription.position;
  }
  const Quantity booked = host.state<NettingBook>("BTC-USD").position;
  std::cout << "book: " << booked.text() << ", entries in the journal: " << journal.end(account) << '\n';
  return booked == Quantity::parse("0.833") && sum == booked ? 0 : 1;
}
