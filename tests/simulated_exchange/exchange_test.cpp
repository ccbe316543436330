#include "tests/simulated_exchange/exchange.hpp"

#include "actors/simulated_exchange/matching.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::exchange_test;

// ---- orders and bars ----
TEST_CASE("A market order is accepted and fills at the next bar's open, half a spread and the slippage worse") {
  VenueConfigured settings;
  settings.half_spread_ticks = 2;
  settings.slippage_ticks = 1;
  settings.slippage = ratio("0.0001");
  const Side side = GENERATE(Side::buy, Side::sell);
  Exchange exchange(settings);
  const Reports accepted = exchange.take(market("A", side, qty("1.5")));
  REQUIRE(accepted.size() == 1);
  REQUIRE(accepted[0].type == ExecutionType::accepted);
  REQUIRE(accepted[0].leaves_quantity == qty("1.5"));
  REQUIRE(accepted[0].account == alice);
  REQUIRE(needs_bars(exchange.state(), btc));

  const Reports trades = exchange.take(bar(0, "10001", "10050", "9990", "10020", "0"));
  REQUIRE(trades.size() == 1);
  // 2 ticks of spread, 1 of slippage, and 1.0001 of price rounded up to 3 ticks of 0.5.
  REQUIRE(trades[0].last_price == (side == Side::buy ? price("10004") : price("9998")));
  REQUIRE(trades[0].last_quantity == qty("1.5"));
  REQUIRE(trades[0].cumulative_quantity == qty("1.5"));
  REQUIRE(trades[0].leaves_quantity == Quantity{});
  REQUIRE(trades[0].at == start);
  REQUIRE_FALSE(needs_bars(exchange.state(), btc));
}

TEST_CASE("An order does not trade in a bar that opened before it arrived") {
  Exchange exchange;
  exchange.take(market("A", Side::buy, qty("1"), start + 1));
  REQUIRE(exchange.take(bar(0, "100", "101", "99", "100", "5")).empty());
  REQUIRE(exchange.take(bar(1, "100", "101", "99", "100", "5")).size() == 1);
}

TEST_CASE("With next_close an order fills at the close of the first bar that closes later than it arrived") {
  VenueConfigured settings;
  settings.fills = FillModel::next_close;
  settings.half_spread_ticks = 0;
  Exchange exchange(settings);
  exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(only(exchange.take(market("A", Side::buy, qty("1"), start + minute)), ExecutionType::trade).empty());
  const Reports trades = exchange.take(bar(1, "110", "112", "109", "111", "5"));
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_price == price("111"));
  CHECK(trades[0].at == start + 2 * minute);
}

TEST_CASE("On the high-low path an order trades where the path is when it arrives, in whole ticks against it") {
  struct Row {
    const char* what;
    const char *open, *high, *low, *close;
    std::int64_t arrives_s;
    const char *buys, *sells;
  };
  // Thirds of a minute: open, the nearer extreme at 20 s, the other at 40 s, close at 60 s. Ticks of 0.5.
  const std::vector<Row> rows = {
      {"before the bar: its open", "100", "110", "98", "104", -5, "100", "100"},
      {"at its opening", "100", "110", "98", "104", 0, "100", "100"},
      {"half-way down to the low, which is nearer", "100", "110", "98", "104", 10, "99", "99"},
      {"at the low", "100", "110", "98", "104", 20, "98", "98"},
      {"between ticks: 98 + 12 x 7/20 = 102.2", "100", "110", "98", "104", 27, "102.5", "102"},
      {"at the high", "100", "110", "98", "104", 40, "110", "110"},
      {"falling to the close: 110 - 6 x 7/20 = 107.9", "100", "110", "98", "104", 47, "108", "107.5"},
      {"the high first where it is nearer", "100", "101", "98", "99", 20, "101", "101"},
      {"the low first where both are as near", "100", "102", "98", "99", 20, "98", "98"},
      {"a bar that does not move", "100", "100", "100", "100", 33, "100", "100"}};
  const Row row = GENERATE_COPY(from_range(rows));
  CAPTURE(row.what);
  VenueConfigured settings;
  settings.fills = FillModel::high_low_path;
  settings.half_spread_ticks = 0;
  for (const Side side : {Side::buy, Side::sell}) {
    Exchange exchange(settings);
    exchange.take(market("A", side, qty("1"), start + row.arrives_s * ns_per_s));
    const Reports trades = exchange.take(bar(0, row.open, row.high, row.low, row.close, "5"));
    REQUIRE(trades.size() == 1);
    CHECK(trades[0].last_price == price(side == Side::buy ? row.buys : row.sells));
    CHECK(trades[0].at == start + std::max<std::int64_t>(0, row.arrives_s) * ns_per_s);
  }
}

TEST_CASE("On the high-low path an order that arrives when the bar closes waits for the next one's open") {
  VenueConfigured settings;
  settings.fills = FillModel::high_low_path;
  settings.half_spread_ticks = 0;
  Exchange exchange(settings);
  exchange.take(market("A", Side::buy, qty("1"), start + minute));
  REQUIRE(exchange.take(bar(0, "100", "110", "98", "104", "5")).empty());
  CHECK(exchange.take(bar(1, "105", "110", "98", "104", "5"))[0].last_price == price("105"));
}

TEST_CASE("On the high-low path a limit fills when the rest of the path comes to it, never by what lay before") {
  VenueConfigured settings;
  settings.fills = FillModel::high_low_path;
  settings.half_spread_ticks = 0;
  settings.maker_fee = ratio("0.001");
  Exchange exchange(settings);
  exchange.take(limit("touched", Side::sell, qty("1"), price("104"), start + 20 * ns_per_s));  // rising from 98 to 110
  exchange.take(limit("missed", Side::buy, qty("1"), price("98"), start + 21 * ns_per_s));     // the low has been
  exchange.take(limit("within", Side::sell, qty("1"), price("100"), start + 40 * ns_per_s));   // at the high: better than asked
  const Reports trades = exchange.take(bar(0, "100", "110", "98", "104", "5"));
  REQUIRE(trades.size() == 2);
  CHECK(trades[0].order.text() == "touched");
  CHECK(trades[0].last_price == price("104"));
  CHECK(trades[0].at == start + 30 * ns_per_s);
  CHECK(trades[0].fee == Money::parse("0.104"));
  CHECK(trades[1].order.text() == "within");
  CHECK(trades[1].last_price == price("110"));
  CHECK(exchange.take(cancel("missed", start + 70 * ns_per_s)).empty());  // on its way
  const Reports next = exchange.take(bar(1, "104", "105", "97", "100", "5"));  // the high first, 97 at 40 s
  REQUIRE(next.size() == 1);
  CHECK(next[0].type == ExecutionType::canceled);  // before the path was there
}

TEST_CASE("Latency delays an order's arrival by that much") {
  VenueConfigured settings;
  settings.latency_ms = 60'001;
  Exchange exchange(settings);
  REQUIRE(exchange.take(market("A", Side::buy, qty("1")))[0].at == start + 60'001 * ns_per_ms);
  REQUIRE(exchange.take(bar(0, "100", "101", "99", "100", "5")).empty());
  REQUIRE(exchange.take(bar(1, "100", "101", "99", "100", "5")).empty());
  REQUIRE(exchange.take(bar(2, "100", "101", "99", "100", "5")).size() == 1);
}

TEST_CASE("With same_close an order fills at the close of the bar that closed at its very moment, else of the next") {
  VenueConfigured settings;
  settings.fills = FillModel::same_close;
  Exchange exchange(settings);
  exchange.take(bar(0, "100", "110", "90", "105", "5"));
  const Reports at_once = exchange.take(market("A", Side::buy, qty("1"), start + minute));
  REQUIRE(at_once.size() == 2);
  REQUIRE(at_once[1].last_price == price("105.5"));
  REQUIRE(exchange.take(market("B", Side::sell, qty("1"), start + minute + 1)).size() == 1);
  REQUIRE(exchange.take(bar(1, "105", "110", "90", "95", "5"))[0].last_price == price("94.5"));
}

TEST_CASE("A limit order is not filled by a range that the bar may have reached before the order arrived") {
  VenueConfigured settings;
  settings.fills = FillModel::same_close;
  Exchange exchange(settings);
  exchange.take(limit("A", Side::buy, qty("1"), price("90"), start + 1));  // within bar 0
  REQUIRE(exchange.take(bar(0, "100", "110", "90", "105", "5")).empty());
  REQUIRE(exchange.take(bar(1, "105", "110", "90", "105", "5")).at(0).last_price == price("90"));
}

TEST_CASE("A limit order fills only where the bar's range reaches it, never worse than its limit") {
  struct Row {
    const char* what;
    Side side;
    const char* limit;
    const char* filled_at;  // nullptr: not at all
    bool maker;
  };
  const Row row = GENERATE(Row{"below the low", Side::buy, "89.5", nullptr, false},
                           Row{"at the low", Side::buy, "90", "90", true},
                           Row{"above the open's ask", Side::buy, "102", "100.5", false},
                           Row{"just below the ask", Side::buy, "100", "100", true},
                           Row{"above the high", Side::sell, "110.5", nullptr, false},
                           Row{"at the high", Side::sell, "110", "110", true},
                           Row{"below the open's bid", Side::sell, "98", "99.5", false});
  INFO(row.what);
  VenueConfigured settings;
  settings.taker_fee = ratio("0.002");
  settings.maker_fee = ratio("-0.001");
  Exchange exchange(settings);
  exchange.take(limit("A", row.side, qty("1"), price(row.limit)));
  const Reports reports = exchange.take(bar(0, "100", "110", "90", "105", "5"));
  REQUIRE(reports.size() == (row.filled_at ? 1 : 0));
  if (!row.filled_at) return;
  REQUIRE(reports[0].last_price == price(row.filled_at));
  const Ratio rate = row.maker ? settings.maker_fee : settings.taker_fee;
  REQUIRE(reports[0].fee == matching::fee(price(row.filled_at), qty("1"), 1, rate));
}

TEST_CASE("Participation cuts an order into partial fills of whole lots over the bars, at least one lot each") {
  VenueConfigured settings;
  settings.participation = ratio("0.1");
  Exchange exchange(settings);
  exchange.take(market("A", Side::buy, qty("1.5")));
  REQUIRE(exchange.take(bar(0, "100", "101", "99", "100", "7.77"))[0].last_quantity == qty("0.77"));
  REQUIRE(exchange.take(bar(1, "100", "101", "99", "100", "0.05"))[0].last_quantity == qty("0.01"));
  const Reports last = exchange.take(bar(2, "100", "101", "99", "100", "1000"));
  REQUIRE(last[0].last_quantity == qty("0.72"));
  REQUIRE(last[0].execution == ExecutionId("A-3"));
  REQUIRE(last[0].cumulative_quantity == qty("1.5"));
  REQUIRE(exchange.take(bar(3, "100", "101", "99", "100", "1000")).empty());
}

TEST_CASE("A bar's volume is taken once: by whoever arrived first, whoever they are and whichever side they take") {
  VenueConfigured settings;
  settings.participation = ratio("0.1");
  Exchange exchange(settings);
  exchange.take(market("A", Side::buy, qty("0.3")));
  exchange.take(market("B", Side::sell, qty("0.5"), start, bob));
  exchange.take(market("C", Side::buy, qty("0.1")));
  const Reports first = exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(first.size() == 2);
  REQUIRE(first[0].last_quantity == qty("0.3"));
  REQUIRE(first[1].order == ClientOrderId("B"));
  REQUIRE(first[1].last_quantity == qty("0.2"));
  const Reports second = exchange.take(bar(1, "100", "101", "99", "100", "5"));
  REQUIRE(second.size() == 2);
  REQUIRE(second[0].last_quantity == qty("0.3"));
  REQUIRE(second[1].last_quantity == qty("0.1"));
}

TEST_CASE("With same_close an order that comes when the bar is used up waits for the next one") {
  VenueConfigured settings;
  settings.fills = FillModel::same_close;
  settings.participation = ratio("0.1");
  Exchange exchange(settings);
  const BarObserved closed = bar(0, "100", "101", "99", "100", "5");
  exchange.take(closed);
  REQUIRE(only(exchange.take(market("A", Side::buy, qty("0.4"), closed.closed_at)), ExecutionType::trade)[0].last_quantity == qty("0.4"));
  REQUIRE(only(exchange.take(market("B", Side::buy, qty("0.4"), closed.closed_at)), ExecutionType::trade)[0].last_quantity == qty("0.1"));
  REQUIRE(only(exchange.take(market("C", Side::buy, qty("0.4"), closed.closed_at)), ExecutionType::trade).empty());
  REQUIRE(exchange.take(bar(1, "100", "101", "99", "100", "5")).size() == 2);
}

TEST_CASE("A fee is the notional times the ratio, rounded down to 1e-18; a rebate never grows") {
  REQUIRE(matching::fee(price("100.000000001"), qty("3"), 1, ratio("0.000000001")) == Money::parse("0.000000300000000003"));
  REQUIRE(matching::fee(price("0.000000001"), qty("0.000000001"), 1, ratio("0.5")) == Money{});
  REQUIRE(matching::fee(price("0.000000001"), qty("0.000000001"), 1, ratio("-0.5")) == Money::from_units(-1));
  REQUIRE(matching::fee(price("9000000000"), qty("1000000000"), 1, ratio("0.5")) == Money::whole(4'500'000'000'000'000'000));
  REQUIRE(matching::fee(price("-37.63"), qty("2"), 1000, ratio("0.001")) == Money::parse("75.26"));
}

TEST_CASE("A sale never trades at or through zero") {
  VenueConfigured settings;
  settings.half_spread_ticks = 10;
  Exchange exchange(settings);
  exchange.take(market("A", Side::sell, qty("1")));
  REQUIRE(exchange.take(bar(0, "2", "2", "2", "2", "5"))[0].last_price == price("0.5"));
}

// ---- refusals ----
TEST_CASE("What the venue cannot take it rejects with its reason") {
  Exchange exchange;
  const auto text = [&](const OrderCommanded& command) {
    const Reports reports = exchange.take(command);
    REQUIRE(reports.size() == 1);
    REQUIRE(reports[0].type == ExecutionType::rejected);
    return reports[0].text;
  };
  OrderCommanded unknown = market("A", Side::buy, qty("1"));
  unknown.batch.product = ProductId("ETH-USD");
  REQUIRE(text(unknown) == "unknown product");
  REQUIRE(text(market("B", Side::buy, qty("0"))) == "the quantity is not positive");
  REQUIRE(text(market("C", Side::buy, qty("0.015"))) == "the quantity is not a whole number of lots");
  REQUIRE(text(limit("D", Side::buy, qty("1"), price("100.3"))) == "the limit is not a whole number of ticks");
  REQUIRE_FALSE(needs_bars(exchange.state(), btc));
}

TEST_CASE("Without settings nothing is taken") {
  Cell<SimulatedExchange> cell(venue);
  Entry entry;
  entry.events.push_back({{}, 0, market("A", Side::buy, qty("1"))});
  const Delivery delivery{0, 0, true};
  std::vector<Event> out;
  cell.take(entry, {&delivery, 1}, start, out);
  REQUIRE(std::get<ExecutionReported>(out.at(0).body).text == "the venue is not configured");
}

TEST_CASE("Rejections come at about the configured rate, and by the order's id alone") {
  VenueConfigured settings;
  settings.reject_probability = ratio("0.3");
  Exchange exchange(settings);
  Exchange reversed(settings);
  std::size_t rejected = 0;
  for (int n = 0; n < 2000; ++n) {
    const Reports one = exchange.take(market("A" + std::to_string(n), Side::buy, qty("1")));
    rejected += only(one, ExecutionType::rejected).size();
  }
  REQUIRE(rejected > 500);
  REQUIRE(rejected < 700);
  std::size_t again = 0;
  for (int n = 1999; n >= 0; --n)
    again += only(reversed.take(market("A" + std::to_string(n), Side::buy, qty("1"))), ExecutionType::rejected).size();
  REQUIRE(again == rejected);
}

// ---- cancels ----
TEST_CASE("A cancel closes what works, and says again what it said") {
  Exchange exchange;
  exchange.take(market("A", Side::buy, qty("1")));
  const Reports canceled = exchange.take(cancel("A", start));
  REQUIRE(canceled.at(0).type == ExecutionType::canceled);
  REQUIRE(canceled[0].cumulative_quantity == Quantity{});
  REQUIRE(exchange.take(cancel("A", start)).at(0).execution == canceled[0].execution);
  REQUIRE(exchange.take(bar(0, "100", "101", "99", "100", "5")).empty());
  REQUIRE_FALSE(needs_bars(exchange.state(), btc));
}

TEST_CASE("A cancel of what is closed or unknown is refused") {
  Exchange exchange;
  exchange.take(market("A", Side::buy, qty("1")));
  exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(exchange.take(cancel("A", exchange.now)).at(0).type == ExecutionType::cancel_rejected);
  const Reports unknown = exchange.take(cancel("Z", exchange.now, bob));
  REQUIRE(unknown.at(0).type == ExecutionType::cancel_rejected);
  REQUIRE(unknown[0].account == bob);
}

TEST_CASE("With latency a cancel races the bar: before its open nothing fills, within the bar what was filled stays") {
  VenueConfigured settings;
  settings.latency_ms = 30'000;
  settings.participation = ratio("0.1");
  Exchange exchange(settings);
  exchange.now = start + -minute / 2;
  exchange.take(market("A", Side::buy, qty("1"), start + -minute));
  exchange.take(market("B", Side::buy, qty("1"), start + -minute));
  REQUIRE(exchange.take(cancel("A", start + -minute / 2)).empty());  // arrives as bar 0 opens
  REQUIRE(exchange.take(cancel("B", start)).empty());               // arrives within bar 0
  const Reports reports = exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(only(reports, ExecutionType::trade, "A").empty());
  REQUIRE(only(reports, ExecutionType::canceled, "A").size() == 1);
  REQUIRE(only(reports, ExecutionType::trade, "B").at(0).last_quantity == qty("0.5"));
  const auto canceled = only(reports, ExecutionType::canceled, "B");
  REQUIRE(canceled.at(0).cumulative_quantity == qty("0.5"));
  REQUIRE(canceled[0].at == start + minute / 2);
}

// ---- the same again ----
TEST_CASE("The same order again gets the same answer and no second order") {
  Exchange exchange;
  const OrderCommanded command = market("A", Side::buy, qty("1"));
  const ExecutionReported first = exchange.take(command).at(0);
  const auto same = [&](const ExecutionReported& again) {
    REQUIRE(again.type == first.type);
    REQUIRE(again.execution == first.execution);
    REQUIRE(again.at == first.at);
    REQUIRE(again.leaves_quantity == first.leaves_quantity);
    REQUIRE(again.cumulative_quantity == first.cumulative_quantity);
  };
  same(exchange.take(command).at(0));
  REQUIRE(exchange.take(bar(0, "100", "101", "99", "100", "5")).size() == 1);
  same(exchange.take(command).at(0));
  REQUIRE(exchange.take(bar(1, "100", "101", "99", "100", "5")).empty());
  const ExecutionReported refused = exchange.take(market("R", Side::buy, qty("0.001"))).at(0);
  REQUIRE(exchange.take(market("R", Side::buy, qty("0.001"))).at(0).text == refused.text);
}

TEST_CASE("Another order under a known id is told so and does not exist") {
  Exchange exchange;
  exchange.take(market("A", Side::buy, qty("1")));
  const Reports other = exchange.take(market("A", Side::sell, qty("2")));
  REQUIRE(other.at(0).type == ExecutionType::status);
  REQUIRE(other[0].text == "this id names another order");
  exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(exchange.ask().positions.at(0).quantity == qty("1"));
}

TEST_CASE("Bars that are fed again after a restart are ignored") {
  VenueConfigured settings;
  settings.participation = ratio("0.1");
  Exchange exchange(settings);
  exchange.take(market("A", Side::buy, qty("5")));
  exchange.take(bar(0, "100", "101", "99", "100", "5"));
  exchange.take(bar(1, "100", "101", "99", "100", "5"));
  const auto before = exchange.bytes();
  REQUIRE(exchange.take(bar(0, "100", "101", "99", "100", "5")).empty());
  REQUIRE(exchange.take(bar(1, "100", "101", "99", "100", "5")).empty());
  REQUIRE(exchange.take(bar(2, "100", "101", "99", "100", "5")).size() == 1);
  REQUIRE(exchange.ask().positions.at(0).quantity == qty("1.5"));
  REQUIRE(before != exchange.bytes());
}

TEST_CASE("Reports come twice where the settings say so, and count once") {
  VenueConfigured settings;
  settings.duplicate_probability = ratio("1");
  Exchange exchange(settings);
  REQUIRE(exchange.take(market("A", Side::buy, qty("1"))).size() == 2);
  const Reports trades = exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(trades.size() == 2);
  REQUIRE(trades[0].execution == trades[1].execution);
  REQUIRE(exchange.ask().executions.size() == 1);
  REQUIRE(exchange.ask().positions.at(0).quantity == qty("1"));
}

// ---- its records ----
TEST_CASE("An account is told its own executions, open orders and positions, and nobody else's") {
  VenueConfigured settings;
  settings.participation = ratio("0.1");
  Exchange exchange(settings);
  const Reports sent = [&] {
    Reports all;
    exchange.take(market("A", Side::buy, qty("0.6")));
    exchange.take(market("B", Side::sell, qty("9"), start, bob));
    for (int n = 0; n < 2; ++n)
      for (const auto& report : exchange.take(bar(n, "100", "101", "99", "100", "5"))) all.push_back(report);
    return only(all, ExecutionType::trade, "A");
  }();
  const VenueStateReported mine = exchange.ask(alice);
  REQUIRE(mine.complete);
  REQUIRE(mine.account == alice);
  REQUIRE(mine.open_orders.empty());
  REQUIRE(mine.executions.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    REQUIRE(mine.executions[i].execution == sent[i].execution);
    REQUIRE(mine.executions[i].last_price == sent[i].last_price);
    REQUIRE(mine.executions[i].cumulative_quantity == sent[i].cumulative_quantity);
    REQUIRE(mine.executions[i].fee == sent[i].fee);
  }
  const VenueStateReported theirs = exchange.ask(bob);
  REQUIRE(theirs.open_orders.at(0).order == ClientOrderId("B"));
  REQUIRE(theirs.open_orders[0].leaves_quantity == qty("8.6"));  // of the second bar only: alice had come first
  REQUIRE(theirs.positions.at(0).quantity == qty("-0.4"));
}

TEST_CASE("Closed orders are forgotten after the venue's memory, and its records say how far back they reach") {
  Exchange exchange;
  exchange.take(market("A", Side::buy, qty("1")));
  exchange.take(bar(0, "100", "101", "99", "100", "5"));
  REQUIRE(exchange.ask().since == Time{});
  const std::int64_t later = SimulatedExchange::memory_ns / minute + 1;
  exchange.take(market("B", Side::buy, qty("1"), start + later * minute));
  exchange.take(bar(later, "100", "101", "99", "100", "5"));
  const VenueStateReported records = exchange.ask();
  REQUIRE(records.executions.size() == 1);
  REQUIRE(records.since == start + 1);
  REQUIRE(records.positions.at(0).quantity == qty("2"));
}

TEST_CASE("The number of closed orders that are remembered has a bound") {
  VenueConfigured settings;
  settings.reject_probability = ratio("1");
  Exchange exchange(settings);
  for (std::size_t n = 0; n < SimulatedExchange::closed_orders_max + 10; ++n)
    exchange.take(market("N" + std::to_string(n), Side::buy, qty("1"), start + static_cast<std::int64_t>(n)));
  REQUIRE(exchange.state().orders.size() == SimulatedExchange::closed_orders_max);
  REQUIRE(exchange.ask().since == start + 10);
}

// ---- prices for others ----
TEST_CASE("The book's top stands half a spread around the last close, the mark on it") {
  VenueConfigured settings;
  settings.half_spread_ticks = 3;
  Exchange exchange(settings);
  REQUIRE_FALSE(mark(exchange.state(), btc));
  REQUIRE(book_top(exchange.state(), btc).state == BookState::missing);
  exchange.take(bar(0, "100", "110", "90", "105", "5"));
  const MidPriceCaptured top = book_top(exchange.state(), btc);
  REQUIRE(top.state == BookState::two_sided);
  REQUIRE(top.bid == price("103.5"));
  REQUIRE(top.mid == price("105"));
  REQUIRE(top.ask == price("106.5"));
  REQUIRE(top.at == start + minute);
  REQUIRE(mark(exchange.state(), btc)->price == price("105"));
  REQUIRE(mark(exchange.state(), btc)->at == start + minute);
  const std::uint64_t hash = top.book_hash;
  exchange.take(bar(1, "105", "110", "90", "105", "5"));
  REQUIRE(book_top(exchange.state(), btc).book_hash != hash);
  REQUIRE(book_top(exchange.state(), ProductId("ETH-USD")).state == BookState::missing);
}

TEST_CASE("A spread of zero is a locked book") {
  VenueConfigured settings;
  settings.half_spread_ticks = 0;
  Exchange exchange(settings);
  exchange.take(bar(0, "100", "110", "90", "105", "5"));
  REQUIRE(book_top(exchange.state(), btc).state == BookState::locked);
}
