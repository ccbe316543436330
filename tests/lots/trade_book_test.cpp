// Books of trades: what a rollup says, whose trade it is, and that no fill counts twice.
#include <rapidcheck.h>

#include "actors/lots/trade_book.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

constexpr Time noon{1'704'196'800 * ns_per_s};

Trade trade_of(int number, const std::string& symbol, std::int64_t quantity, const std::string& price,
               const std::string& fee = "0") {
  Trade trade;
  trade.key = {"acc", "ema", symbol};
  trade.id = ExecutionId("t" + std::to_string(number));
  trade.order = "o" + std::to_string(number);
  trade.fill = "f";
  trade.at = noon + number * ns_per_s;
  trade.side = quantity > 0 ? Side::buy : Side::sell;
  trade.quantity = Written<Quantity>::parse(std::to_string(std::abs(quantity)));
  trade.price = Written<Price>::parse(price);
  trade.fee = Written<Money>::parse(fee);
  trade.currency = "USD";
  return trade;
}

TradeRefusal refusal_of(TradeBooks& books, const Trade& trade) {
  try {
    books.book(trade);
  } catch (const TradeRefused& refused) {
    return refused.reason;
  }
  FAIL("was booked");
  return {};
}

}  // namespace

TEST_CASE("A trade that flips a position closes first, then opens the rest, and both pay their part of its fee") {
  TradeBooks books;
  books.book(trade_of(1, "SPY", 4, "100.00", "1.00"));
  books.book(trade_of(2, "SPY", 6, "90.50", "0.60"));
  const auto flip = books.book(trade_of(3, "SPY", -15, "95.00", "-0.30"));
  REQUIRE(flip);
  REQUIRE(flip->segments.size() == 2);
  CHECK(flip->segments[0].realized.text() == "-20.00");
  CHECK(flip->segments[1].realized.text() == "27.00");
  CHECK(flip->segments[1].opening_fee.part == flip->segments[1].opening_fee.whole);
  CHECK(flip->segments[1].closing_fee.part == Quantity::whole(6));
  CHECK(flip->segments[1].closing_fee.whole == Quantity::whole(15));
  CHECK(flip->flip);
  CHECK(flip->closed.text() == "10");
  CHECK(flip->opened.text() == "5");
  CHECK(flip->after->position.text() == "-5");
  CHECK(flip->after->cost.text() == "-475.00");
  CHECK(flip->after->realized.text() == "7.00");
  CHECK(flip->after->fees.text() == "1.30");
  CHECK(flip->after->net().text() == "5.70");
  CHECK(flip->after->winning == 1);
  CHECK(flip->after->losing == 1);
  const auto open = books.open_lots();
  REQUIRE(open.size() == 1);
  CHECK(open[0].lot.execution == ExecutionId("t3"));
  CHECK(open[0].quantity.text() == "5");
}

TEST_CASE("A fill is booked once: its repeat changes nothing, and the same id with other content is refused") {
  TradeBooks books;
  const Trade first = trade_of(1, "SPY", 4, "100.00", "1.00");
  REQUIRE(books.book(first));
  CHECK_FALSE(books.book(first));
  Trade longer = first;
  longer.price = Written<Price>::parse("100.000");  // the same price
  CHECK_FALSE(books.book(longer));
  Trade other = first;
  other.fee = Written<Money>::parse("1.01");
  CHECK(refusal_of(books, other) == TradeRefusal::fill_changed);
  REQUIRE(books.rollups().size() == 1);
  CHECK(books.rollups()[0].second.trades == 1);
  CHECK(books.rollups()[0].second.fees.text() == "1.00");

  Trade elsewhere = other;  // the venue numbers the fills of each symbol, or account, by itself
  elsewhere.key.account = "other";
  CHECK(books.book(elsewhere));
}

TEST_CASE("A book has one currency and one multiplier") {
  TradeBooks books;
  books.book(trade_of(1, "ES", 1, "4000"));
  Trade trade = trade_of(2, "ES", 1, "4000");
  trade.currency = "EUR";
  CHECK(refusal_of(books, trade) == TradeRefusal::currency_changed);
  trade = trade_of(2, "ES", 1, "4000");
  trade.multiplier = 50;
  CHECK(refusal_of(books, trade) == TradeRefusal::multiplier_changed);
  CHECK(books.book(trade_of(2, "ES", 1, "4000")));
}

TEST_CASE("Fill ids are kept for seven days of event time and no longer") {
  FillMemory memory;
  const FillContent content{Quantity::whole(1), Price::whole(1), {}, noon};
  for (int day = 0; day < 100; ++day)
    for (int i = 0; i < 10; ++i) {
      FillContent then = content;
      then.at = noon + day * ns_per_day;
      CHECK(memory.see("o", std::to_string(day * 10 + i), then) == FillMemory::Seen::first);
      CHECK(memory.size() <= 80);
    }
  FillContent again = content;
  again.at = noon + 92 * ns_per_day;
  CHECK(memory.see("o", "920", again) == FillMemory::Seen::again);
  again.at = noon + 91 * ns_per_day;
  CHECK(memory.see("o", "910", again) == FillMemory::Seen::first);
  CHECK(memory.see("a", "bc", content) == FillMemory::Seen::first);
  CHECK(memory.see("ab", "c", content) == FillMemory::Seen::first);
}

TEST_CASE("Written decimals keep the digits of what they came from") {
  CHECK(Written<Quantity>::parse("1.50").text() == "1.50");
  CHECK(Written<Money>::parse("-0.00").text() == "0.00");
  CHECK((Written<Money>::parse("1.5") - Written<Money>::parse("1.500")).text() == "0.000");
  CHECK(notional(Written<Price>::parse("2.50"), Written<Quantity>::parse("4.0"), 50).text() == "500.000");
  CHECK(Written<Price>::parse("7").text() == "7");
  CHECK_THROWS_AS(Written<Price>::parse("1e3"), DecimalError);
  CHECK_THROWS_AS(Written<Price>::parse("1."), DecimalError);
}

TEST_CASE("Over random histories of several books nothing is lost: units, money, fees and their shares") {
  REQUIRE(rc::check("conservation, book by book", [] {
    const auto rows = *rc::gen::container<std::vector<std::tuple<int, int, int, int>>>(
        rc::gen::tuple(rc::gen::inRange(0, 3), rc::gen::inRange(-30, 31), rc::gen::inRange(1, 900), rc::gen::inRange(-50, 200)));
    TradeBooks books;
    std::map<std::string, TradeBooks> apart;  // each symbol in books of its own
    std::map<std::string, Money> taken_in, fees;
    std::map<std::string, Quantity> held;
    std::map<std::string, std::pair<Quantity, Quantity>> of_lot;  // closed, opened by trade
    int number = 0;
    for (const auto& [which, quantity, cents, fee] : rows) {
      if (quantity == 0) continue;
      const std::string symbol = "S" + std::to_string(which);
      const Trade trade = trade_of(++number, symbol, quantity, std::to_string(cents) + ".25", std::to_string(fee));
      const auto booked = books.book(trade);
      const auto alone = apart[symbol].book(trade);
      RC_ASSERT(booked && alone);
      RC_ASSERT(!books.book(trade));
      held[symbol] += Quantity::whole(quantity);
      taken_in[symbol] -= notional(trade.price.value, Quantity::whole(quantity));
      fees[symbol] += trade.fee.value;

      Quantity parts;
      Money realized;
      for (const Segment& segment : booked->segments) {
        parts += segment.closing_fee.part;
        realized += segment.realized.value;
        auto& [closed, opened] = of_lot.at(std::string(segment.match.opening.text()));
        closed += segment.opening_fee.part;
        RC_ASSERT(closed <= opened);
        RC_ASSERT(segment.quantity.value == segment.closing_fee.part);
      }
      RC_ASSERT(parts == booked->closed.value);
      RC_ASSERT(realized == booked->realized.value);
      RC_ASSERT(booked->closed.value + booked->opened.value == trade.quantity.value);
      if (booked->opened.value != Quantity{}) of_lot[std::string(trade.id.text())].second = booked->opened.value;

      const Rollup& after = *booked->after;
      RC_ASSERT(after.position.value == held[symbol]);
      RC_ASSERT(after.fees.value == fees[symbol]);
      RC_ASSERT(after.realized.value + after.unrealized().value ==
                taken_in[symbol] + notional(trade.price.value, held[symbol]));
      RC_ASSERT(after.cost.value == alone->after->cost.value);
      RC_ASSERT(after.realized.text() == alone->after->realized.text());
    }
    std::map<std::string, Quantity> open;
    for (const OpenLot& lot : books.open_lots()) {
      const auto& [closed, opened] = of_lot.at(std::string(lot.lot.execution.text()));
      RC_ASSERT(opened - closed == lot.quantity.value);
      open[lot.key.symbol] += lot.lot.quantity;
    }
    for (const auto& [symbol, quantity] : held) RC_ASSERT(open[symbol] == quantity);
  }));
}
