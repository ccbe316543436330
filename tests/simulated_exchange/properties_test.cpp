// Laws of the simulated exchange over random orders, cancels and bars.
#include <rapidcheck.h>

#include <map>
#include <set>

#include "tests/catch.hpp"
#include "tests/simulated_exchange/exchange.hpp"

using namespace tally;
using namespace tally::exchange_test;

namespace {

using Step = std::variant<OrderCommanded, OrderCancelCommanded, BarObserved>;

VenueConfigured any_settings() {
  VenueConfigured settings;
  settings.seed = *rc::gen::arbitrary<std::uint64_t>();
  settings.fills = *rc::gen::element(FillModel::next_open, FillModel::same_close, FillModel::next_close,
                                     FillModel::high_low_path);
  settings.latency_ms = *rc::gen::element<std::int64_t>(0, 1, 30'000, 90'000);
  settings.half_spread_ticks = *rc::gen::inRange(0, 3);
  settings.slippage_ticks = *rc::gen::inRange(0, 3);
  settings.participation = *rc::gen::element(ratio("0"), ratio("0.05"), ratio("0.3"), ratio("1"));
  settings.reject_probability = *rc::gen::element(ratio("0"), ratio("0.2"));
  settings.duplicate_probability = *rc::gen::element(ratio("0"), ratio("0.4"));
  settings.taker_fee = ratio("0.00075");
  settings.maker_fee = ratio("-0.00025");
  return settings;
}

BarObserved any_bar(std::int64_t n) {
  const auto ticks = [](int from, int to) { return Price::from_units(*rc::gen::inRange(from, to) * 500'000'000ll); };
  BarObserved observed = bar(n, "0", "0", "0", "0", "0");
  observed.low = ticks(150, 200);
  observed.high = ticks(200, 250);
  observed.open = std::clamp(ticks(150, 250), observed.low, observed.high);
  observed.close = std::clamp(ticks(150, 250), observed.low, observed.high);
  observed.volume = Quantity::from_units(*rc::gen::inRange(0, 4000) * 1'000'000ll);
  return observed;
}

// Orders of two accounts, at least one, and cancels between bars; every order id is new.
std::vector<Step> any_history() {
  std::vector<Step> steps;
  int orders = 0;
  const int bars = *rc::gen::inRange(1, 12);
  for (int n = 0; n < bars; ++n) {
    const Time at = start + n * minute;
    for (int k = *rc::gen::inRange(n == 0 ? 1 : 0, 4); k > 0; --k) {
      const bool sells = *rc::gen::arbitrary<bool>();
      OrderCommanded command = market("O" + std::to_string(++orders), sells ? Side::sell : Side::buy,
                                      Quantity::from_units(*rc::gen::inRange(1, 500) * 10'000'000ll), at,
                                      *rc::gen::element(alice, bob));
      if (*rc::gen::arbitrary<bool>()) {
        command.type = OrderType::limit;
        command.limit = Price::from_units(*rc::gen::inRange(150, 250) * 500'000'000ll);
      }
      steps.push_back(command);
    }
    if (orders > 0 && *rc::gen::inRange(0, 3) == 0)
      steps.push_back(cancel("O" + std::to_string(*rc::gen::inRange(1, orders + 1)), at));
    steps.push_back(any_bar(n));
  }
  return steps;
}

Reports run(Exchange& exchange, const Step& step) {
  return std::visit(
      [&](const auto& message) {
        if constexpr (requires { message.commanded_at; }) exchange.now = std::max(exchange.now, message.commanded_at);
        return exchange.take(message);
      },
      step);
}

Reports run(Exchange& exchange, const std::vector<Step>& steps) {
  Reports all;
  for (const Step& step : steps)
    for (ExecutionReported& report : run(exchange, step)) all.push_back(std::move(report));
  return all;
}

// All that was said of one order, as text.
std::vector<std::string> story_of(const Reports& reports, const ClientOrderId& order) {
  std::vector<std::string> story;
  for (const ExecutionReported& r : reports)
    if (r.order == order)
      story.push_back(std::string(r.execution.text()) + " " + r.last_quantity.text() + "@" + r.last_price.text() + " fee " +
                      r.fee.text() + " cum " + r.cumulative_quantity.text() + " at " + std::to_string(r.at.ns));
  return story;
}

const OrderCommanded* order_in(const Step& step) { return std::get_if<OrderCommanded>(&step); }

}  // namespace

TEST_CASE("Positions are the sums of the unique executions, and no order fills beyond itself or its limit") {
  REQUIRE(rc::check([] {
    Exchange exchange(any_settings());
    const std::vector<Step> steps = any_history();
    std::map<ClientOrderId, OrderCommanded> orders;
    for (const Step& step : steps)
      if (const OrderCommanded* command = order_in(step)) orders.emplace(command->order, *command);
    std::map<ExecutionId, ExecutionReported> trades;
    for (const ExecutionReported& report : run(exchange, steps))
      if (report.type == ExecutionType::trade) trades.emplace(report.execution, report);

    std::map<AccountId, Quantity> positions;
    std::map<ClientOrderId, Quantity> filled;
    for (const auto& [id, trade] : trades) {
      const OrderCommanded& command = orders.at(trade.order);
      positions[trade.account] += trade.side == Side::buy ? trade.last_quantity : -trade.last_quantity;
      filled[trade.order] += trade.last_quantity;
      RC_ASSERT(trade.account == command.account);
      RC_ASSERT(trade.at >= command.commanded_at);
      if (command.type == OrderType::limit)
        RC_ASSERT((command.side == Side::buy ? trade.last_price <= command.limit : trade.last_price >= command.limit));
    }
    for (const auto& [id, quantity] : filled) RC_ASSERT(quantity <= orders.at(id).quantity);
    for (const AccountId account : {alice, bob}) {
      const VenueStateReported records = exchange.ask(account);
      RC_ASSERT((records.positions.empty() ? Quantity{} : records.positions.at(0).quantity) == positions[account]);
      for (const ExecutionReported& execution : records.executions) {
        const ExecutionReported& sent = trades.at(execution.execution);
        RC_ASSERT(story_of({execution}, execution.order) == story_of({sent}, sent.order));
        trades.erase(execution.execution);
      }
    }
    RC_ASSERT(trades.empty());
  }));
}

TEST_CASE("Of a bar all orders together take at most the participation, in whole lots, at least one") {
  REQUIRE(rc::check([] {
    VenueConfigured settings = any_settings();
    settings.participation = *rc::gen::element(ratio("0.01"), ratio("0.25"), ratio("1"));
    settings.duplicate_probability = {};
    Exchange exchange(settings);
    std::optional<BarObserved> last;
    Int128 taken = 0;
    for (const Step& step : any_history()) {
      if (const auto* observed = std::get_if<BarObserved>(&step); observed && (!last || observed->closed_at > last->closed_at)) {
        last = *observed;
        taken = 0;
      }
      std::map<ClientOrderId, int> seen;
      for (const ExecutionReported& trade : only(run(exchange, step), ExecutionType::trade)) {
        RC_ASSERT(++seen[trade.order] == 1);
        RC_ASSERT(trade.last_quantity >= qty("0.01"));
        RC_ASSERT(trade.last_quantity.units() % qty("0.01").units() == 0);
        if (last->volume == Quantity{}) continue;
        const Int128 bound = static_cast<Int128>(last->volume.units()) * settings.participation.units() / 1'000'000'000;
        RC_ASSERT((taken += trade.last_quantity.units()) <= std::max<Int128>(bound, qty("0.01").units()));
      }
    }
  }));
}

TEST_CASE("The same inputs give the same reports, and a replay reaches the same state") {
  REQUIRE(rc::check([] {
    const VenueConfigured settings = any_settings();
    const std::vector<Step> steps = any_history();
    Exchange first(settings);
    Exchange second(settings);
    const Reports reports = run(first, steps);
    const Reports again = run(second, steps);
    RC_ASSERT(reports.size() == again.size());
    for (std::size_t i = 0; i < reports.size(); ++i)
      RC_ASSERT(story_of({reports[i]}, reports[i].order) == story_of({again[i]}, again[i].order));
    RC_ASSERT(first.bytes() == second.bytes());
    RC_ASSERT(first.replayed_bytes() == first.bytes());
  }));
}

TEST_CASE("An order's fate does not depend on any other order, where volume bounds nothing") {
  REQUIRE(rc::check([] {
    VenueConfigured settings = any_settings();
    settings.participation = {};
    const std::vector<Step> steps = any_history();
    std::vector<ClientOrderId> ids;
    for (const Step& step : steps)
      if (const OrderCommanded* command = order_in(step)) ids.push_back(command->order);
    const ClientOrderId chosen = *rc::gen::elementOf(ids);
    std::vector<Step> alone;
    for (const Step& step : steps) {
      const OrderCommanded* command = order_in(step);
      const auto* cancelled = std::get_if<OrderCancelCommanded>(&step);
      if ((command && command->order != chosen) || (cancelled && cancelled->order != chosen)) continue;
      alone.push_back(step);
    }
    Exchange together(settings);
    Exchange apart(settings);
    RC_ASSERT(story_of(run(together, steps), chosen) == story_of(run(apart, alone), chosen));
  }));
}

TEST_CASE("An order's fate does not depend on orders that came later") {
  REQUIRE(rc::check([] {
    const VenueConfigured settings = any_settings();
    const std::vector<Step> steps = any_history();
    std::vector<ClientOrderId> ids;
    for (const Step& step : steps)
      if (const OrderCommanded* command = order_in(step)) ids.push_back(command->order);
    const ClientOrderId chosen = *rc::gen::elementOf(ids);
    std::vector<Step> without;
    std::set<ClientOrderId> known;
    for (const Step& step : steps) {
      const OrderCommanded* command = order_in(step);
      const bool later = command && known.contains(chosen) && !known.contains(command->order);
      if (command && !later) known.insert(command->order);
      if (!later) without.push_back(step);
    }
    Exchange together(settings);
    Exchange apart(settings);
    RC_ASSERT(story_of(run(together, steps), chosen) == story_of(run(apart, without), chosen));
  }));
}

TEST_CASE("Feeding any bars again, and sending any order again, changes no position and no fill") {
  REQUIRE(rc::check([] {
    const VenueConfigured settings = any_settings();
    const std::vector<Step> steps = any_history();
    Exchange once(settings);
    run(once, steps);
    Exchange disturbed(settings);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      run(disturbed, steps[i]);
      const Step& earlier = steps[*rc::gen::inRange<std::size_t>(0, i + 1)];
      if (std::holds_alternative<OrderCancelCommanded>(earlier)) continue;
      for (const ExecutionReported& again : run(disturbed, earlier)) RC_ASSERT(again.type != ExecutionType::trade);
    }
    const BarObserved last = bar(1'000, "100", "110", "90", "105", "5");  // both look at a new bar
    run(once, last);
    run(disturbed, last);
    RC_ASSERT(once.bytes() == disturbed.bytes());
  }));
}
