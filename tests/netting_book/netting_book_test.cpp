// Every decision of the netting book, as examples.
#include "messages/assert.hpp"
#include "tests/catch.hpp"
#include "tests/netting_book/book.hpp"

using namespace tally;
using Lines = Book::Lines;

TEST_CASE("The intents of one entry form one batch, ascending by intent, and wait for risk") {
  Book book = Book::ready();
  const Lines lines = book.give({book.wish("b", "0", "6"), book.wish("a", "-1", "-2"), book.wish("c", "0", "2")});
  CHECK(lines == Lines{"formed BTC-USD#1 a#1:-1/-2 b#1:0/6 c#1:0/2"});
}

TEST_CASE("A one-sided batch is ordered whole once risk approved it") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "6"), book.wish("b", "0", "6"), book.wish("c", "0", "2")});
  CHECK(book.give({book.approved(1)}) == Lines{"ordered BTC-USD#1 buy 14"});
  CHECK(book.give({book.approved(1)}) == Lines{});  // a retry changes nothing
}

TEST_CASE("Fills of ten lots, then one, then three over weights 6, 6 and 2 take nothing back") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "6"), book.wish("b", "0", "6"), book.wish("c", "0", "2")});
  book.give({book.approved(1)});
  const Lines ten = book.give({book.fill(1, Side::buy, "10")});
  CHECK((ten == Lines{"split BTC-USD#1 10 a=5 b=4 c=1"} || ten == Lines{"split BTC-USD#1 10 a=4 b=5 c=1"}));
  const bool a_first = ten[0].find("a=5") != std::string::npos;
  CHECK(book.give({book.fill(1, Side::buy, "1")}) == Lines{a_first ? "split BTC-USD#1 1 b=1" : "split BTC-USD#1 1 a=1"});
  CHECK(book.give({book.fill(1, Side::buy, "3")}) == Lines{"split BTC-USD#1 3 a=1 b=1 c=1"});
  CHECK(book.state().open.empty());
  CHECK(book.state().position == qty("14"));
}

TEST_CASE("Two opposite wishes of the same size net to zero: no order leaves") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "5"), book.wish("b", "0", "-5")});
  CHECK(book.give({book.approved(1)}) == Lines{"crossed BTC-USD#1 5 at 100 a=5 b=-5"});
  CHECK(book.state().open.empty());
  CHECK(book.state().position == Quantity{});
}

TEST_CASE("What offsets is crossed at the mid, the rest is ordered, and both are one sequence") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "6"), book.wish("b", "0", "6"), book.wish("c", "0", "2"), book.wish("s", "-4", "-6")});
  const Lines lines = book.give({book.approved(1)});
  REQUIRE(lines.size() == 2);
  const std::string cross = "crossed BTC-USD#1 10 at 100 ";
  CHECK((lines[0] == cross + "a=5 b=4 c=1 s=-10" || lines[0] == cross + "a=4 b=5 c=1 s=-10"));
  CHECK(lines[1] == "ordered BTC-USD#1 buy 4");
  CHECK(book.state().position == Quantity{});
  CHECK(book.give({book.fill(1, Side::buy, "1")}).at(0).find("=1") != std::string::npos);
  CHECK(book.give({book.fill(1, Side::buy, "3")}) == Lines{"split BTC-USD#1 3 a=1 b=1 c=1"});
}

TEST_CASE("A cross is fee-free, at one price for both sides, and says where the mid came from") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "2"), book.wish("b", "0", "-2")});
  const std::vector<Event> out = book.step({book.approved(1)});
  const auto& settled = std::get<InternalNettingSettled>(out.at(0).body);
  CHECK(settled.execution.text() == "cross:BTC-USD#1");
  CHECK(settled.mid_source == "sim:top");
  CHECK(settled.book_hash == 7);
  REQUIRE(settled.rows.size() == 2);
  CHECK(settled.rows[0].cash == money("-200"));
  CHECK(settled.rows[1].cash == money("200"));
  CHECK(settled.rows[0].fee == Money{});
  REQUIRE(settled.sources.size() == 2);
  CHECK(settled.sources[0].quantity == qty("2"));
  CHECK(settled.sources[1].quantity == qty("-2"));
}

TEST_CASE("What arrives while a batch executes forms the next one") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "3")});
  book.give({book.approved(1)});
  CHECK(book.give({book.wish("b", "0", "1")}) == Lines{});
  CHECK(book.give({book.wish("c", "0", "1")}) == Lines{});
  CHECK(book.give({book.fill(1, Side::buy, "2")}) == Lines{"split BTC-USD#1 2 a=2"});
  CHECK(book.give({book.fill(1, Side::buy, "1")}) == Lines{"split BTC-USD#1 1 a=1", "formed BTC-USD#2 b#1:0/1 c#1:0/1"});
}

TEST_CASE("A window gathers what arrives within it") {
  Book book;
  book.define({.window_ms = 250});
  book.give({book.mid("100")});
  CHECK(book.give({book.wish("a", "0", "3")}) == Lines{"deadline window:1 in 250"});
  book.wait_ms(100);
  CHECK(book.give({book.wish("b", "0", "1")}) == Lines{});
  book.wait_ms(150);
  CHECK(book.give({book.reached("window:0")}) == Lines{});
  CHECK(book.give({book.reached("window:1")}) == Lines{"formed BTC-USD#1 a#1:0/3 b#1:0/1"});
  CHECK(book.give({book.wish("c", "0", "1")}) == Lines{"deadline window:2 in 250"});

  SECTION("a window that ends while a batch executes forms its batch when that is over") {
    book.give({book.approved(1)});
    CHECK(book.give({book.reached("window:2")}) == Lines{});
    CHECK(book.give({book.fill(1, Side::buy, "4")}) == Lines{"split BTC-USD#1 4 a=3 b=1", "formed BTC-USD#2 c#1:0/1"});
  }
  SECTION("a window whose wishes were all cancelled ends with them") {
    CHECK(book.give({book.cancel("c")}) == Lines{"returned BTC-USD#0 CANCELLED c#1=1"});
    CHECK(book.give({book.reached("window:2")}) == Lines{});
    CHECK(book.give({book.wish("d", "0", "1")}) == Lines{"deadline window:3 in 250"});
  }
}

TEST_CASE("Risk's denials take openings out before anything is crossed or ordered") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "5"), book.wish("b", "2", "4"), book.wish("c", "-3", "0")});
  const auto denied = [&](std::vector<IntentId> intents) {
    return RiskRejected{book.batch(1), RuleId("POSITION_LIMIT_EXCEEDED"), "too much", std::move(intents)};
  };

  SECTION("a pure opening leaves the batch, a wish that also closes stays with that part") {
    const Lines lines = book.give({denied({intent("a"), intent("b")}), book.approved(book.batch(1), ApprovalScope::closing)});
    CHECK(lines == Lines{"crossed BTC-USD#1 2 at 100 b=2 c=-2", "ordered BTC-USD#1 sell 1"});
    // b got all that risk left of its wish, so nothing of it is given back.
    CHECK(book.give({book.fill(1, Side::sell, "1")}) == Lines{"split BTC-USD#1 -1 c=-1"});
  }
  SECTION("one direction only") {
    CHECK(book.give({denied({intent("a")}), book.approved(1)}) ==
          Lines{"crossed BTC-USD#1 3 at 100 b=3 c=-3", "ordered BTC-USD#1 buy 3"});
  }
}

TEST_CASE("A batch of which risk leaves nothing is over, and the next one forms") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "5")});
  book.give({book.wish("b", "0", "2")});
  const RiskRejected denied{book.batch(1), RuleId("TRADING_HALTED"), "halted", {intent("a")}};
  CHECK(book.give({denied}) == Lines{"formed BTC-USD#2 b#1:0/2"});
}

TEST_CASE("An approval that does not cover the batch is a broken law") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "5")});
  RiskApproved small = book.approved(1);
  small.buy = qty("4");
  CHECK_THROWS_AS(book.give({small}), LawBroken);
}

TEST_CASE("An unusable mid makes a two-sided batch wait") {
  struct Example {
    const char* why;
    BookState state;
    const char* mid;
    std::int64_t age_ms;
  };
  const Example examples[] = {{"locked", BookState::locked, "100", 0},       {"crossed", BookState::crossed, "100", 0},
                              {"one-sided", BookState::one_sided, "100", 0}, {"missing", BookState::missing, "100", 0},
                              {"zero", BookState::two_sided, "0", 0},        {"stale", BookState::two_sided, "100", 5'001}};
  for (const Example& example : examples) {
    INFO(example.why);
    Book book;
    book.define({});
    book.give({book.mid(example.mid, example.state)});
    book.wait_ms(example.age_ms);
    book.give({book.wish("a", "0", "5"), book.wish("b", "0", "-3")});
    CHECK(book.give({book.approved(1)}) == Lines{"deadline mid:BTC-USD#1 in 0"});
    // A question is asked at once, then every quarter of the wait.
    CHECK(book.give({book.reached("mid:BTC-USD#1")}) == Lines{"deadline mid:BTC-USD#1 in 1000"});
    book.wait_ms(1'000);
    CHECK(book.give({book.mid("101"), book.reached("mid:BTC-USD#1")}) ==
          Lines{"crossed BTC-USD#1 3 at 101 a=3 b=-3", "ordered BTC-USD#1 buy 2"});
  }
}

TEST_CASE("A usable mid of exactly the greatest age is used") {
  Book book = Book::ready();
  book.wait_ms(5'000);
  book.give({book.wish("a", "0", "5"), book.wish("b", "0", "-5")});
  CHECK(book.give({book.approved(1)}) == Lines{"crossed BTC-USD#1 5 at 100 a=5 b=-5"});
}

TEST_CASE("A waiting batch takes any usable mid that comes by, and the next batch forms in the same step") {
  Book book;
  book.define({});
  book.give({book.wish("a", "0", "5"), book.wish("b", "0", "-5")});
  book.give({book.approved(1)});
  book.give({book.wish("c", "0", "2")});
  CHECK(book.give({book.mid("99")}) == Lines{"crossed BTC-USD#1 5 at 99 a=5 b=-5", "formed BTC-USD#2 c#1:0/2"});
}

TEST_CASE("Without a mid until the wait is over, openings are given back and one side's closings go to market") {
  Book book;
  book.define({});
  const auto expire = [&] {
    book.give({book.approved(1)});
    book.give({book.reached("mid:BTC-USD#1")});
    book.wait_ms(4'000);
    return book.give({book.reached("mid:BTC-USD#1")});
  };

  SECTION("the side that closes more goes first, the other joins the next batch") {
    book.give({book.wish("a", "4", "2"), book.wish("b", "0", "3"), book.wish("c", "-6", "-1"), book.wish("d", "-1", "0")});
    CHECK(expire() == Lines{"alert MID_UNAVAILABLE BTC-USD#1", "returned BTC-USD#1 MID_UNAVAILABLE a#1=2 b#1=3 c#1=-1",
                            "ordered BTC-USD#1 sell 7"});
    // a's closing waits; nobody orders against our own order.
    CHECK(book.give({book.wish("e", "0", "1")}) == Lines{});
    CHECK(book.give({book.fill(1, Side::sell, "7")}) ==
          Lines{"split BTC-USD#1 -7 c=-6 d=-1", "formed BTC-USD#2 a#1:4/0 e#1:0/1"});
    CHECK(book.give({book.approved(2)}) == Lines{"ordered BTC-USD#2 buy 5"});
    CHECK(book.give({book.fill(2, Side::buy, "5")}) == Lines{"split BTC-USD#2 5 a=4 e=1"});
  }
  SECTION("where both close the same, the sellers go first") {
    book.give({book.wish("a", "4", "0"), book.wish("b", "-4", "0")});
    CHECK(expire() == Lines{"alert MID_UNAVAILABLE BTC-USD#1", "ordered BTC-USD#1 sell 4"});
  }
  SECTION("where nothing closes, all is given back and the next batch forms") {
    book.give({book.wish("a", "0", "4"), book.wish("b", "0", "-4")});
    book.give({book.wish("c", "0", "1")});
    CHECK(expire() == Lines{"alert MID_UNAVAILABLE BTC-USD#1", "returned BTC-USD#1 MID_UNAVAILABLE a#1=4 b#1=-4",
                            "formed BTC-USD#2 c#1:0/1"});
  }
  SECTION("a wish that closes and opens on the side that is left closes only") {
    book.give({book.wish("a", "2", "3"), book.wish("b", "0", "-4")});
    CHECK(expire() == Lines{"alert MID_UNAVAILABLE BTC-USD#1", "returned BTC-USD#1 MID_UNAVAILABLE a#1=3 b#1=-4",
                            "ordered BTC-USD#1 buy 2"});
    CHECK(book.give({book.fill(1, Side::buy, "2")}) == Lines{"split BTC-USD#1 2 a=2"});
  }
}

TEST_CASE("Without a mid, a wish whose closing part is below a lot is given back whole") {
  Book book;
  book.define({.mid_wait_ms = 0});
  book.give({book.wish("a", "0.5", "2.5"), book.wish("b", "-1", "0")});
  book.give({book.approved(1)});
  const Lines lines = book.give({book.reached("mid:BTC-USD#1")});
  CHECK(lines == Lines{"alert MID_UNAVAILABLE BTC-USD#1", "returned BTC-USD#1 MID_UNAVAILABLE a#1=3",
                       "ordered BTC-USD#1 sell 1"});
}

TEST_CASE("A wish that no batch has yet is given back at once when it is cancelled") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "3")});
  book.give({book.approved(1)});
  book.give({book.wish("b", "0", "2")});
  CHECK(book.give({book.cancel("b")}) == Lines{"returned BTC-USD#0 CANCELLED b#1=2"});
  CHECK(book.give({book.fill(1, Side::buy, "3")}) == Lines{"split BTC-USD#1 3 a=3"});
}

TEST_CASE("A cancelled wish and its successor in one entry: only the successor joins the batch") {
  Book book;
  book.define({.window_ms = 250});
  book.give({book.mid("100"), book.wish("a", "0", "3")});
  CHECK(book.give({book.cancel("a"), book.wish("a", "0", "-1", 2)}) == Lines{"returned BTC-USD#0 CANCELLED a#1=3"});
  CHECK(book.give({book.reached("window:1")}) == Lines{"formed BTC-USD#1 a#2:0/-1"});
}

TEST_CASE("What closes runs on when its wish is cancelled, and who asked hears of its end") {
  Book book;
  book.define({.window_ms = 250});
  book.give({book.mid("100"), book.wish("a", "-3", "0"), book.wish("b", "-2", "-4")});
  CHECK(book.give({book.cancel("a"), book.cancel("b")}) == Lines{"returned BTC-USD#0 CANCELLED b#1=-4"});
  CHECK(book.give({book.cancel("b")}) == Lines{});  // hears with its closing
  CHECK(book.give({book.reached("window:1")}) == Lines{"formed BTC-USD#1 a#1:-3/0 b#1:-2/0"});
  CHECK(book.give({book.approved(1)}) == Lines{"ordered BTC-USD#1 sell 5"});
  CHECK(book.give({book.fill(1, Side::sell, "5")}) ==
        Lines{"split BTC-USD#1 -5 a=-3 b=-2", "returned BTC-USD#1 FILLED a#1=0 b#1=0"});
}

TEST_CASE("An order is cancelled once all that closes is filled and nobody wants the rest") {
  Book book = Book::ready();
  book.give({book.wish("a", "-3", "-5")});
  book.give({book.approved(1)});
  CHECK(book.give({book.cancel("a")}) == Lines{});
  CHECK(book.give({book.fill(1, Side::sell, "2")}) == Lines{"split BTC-USD#1 -2 a=-2"});
  CHECK(book.give({book.fill(1, Side::sell, "2")}) == Lines{"split BTC-USD#1 -2 a=-2", "cancel BTC-USD#1"});
  CHECK(book.give({book.order_canceled(1, "4")}) == Lines{"returned BTC-USD#1 ORDER_CANCELED a#1=-4"});
}

TEST_CASE("What risk judges is executed as it was judged, whatever is cancelled meanwhile") {
  Book book;
  book.define({});
  book.give({book.wish("a", "0", "3"), book.wish("b", "0", "-2"), book.wish("c", "0", "1")});

  SECTION("while risk judges") {
    CHECK(book.give({book.cancel("b")}) == Lines{});
    book.give({book.mid("100")});
    CHECK(book.give({book.approved(1)}) == Lines{"crossed BTC-USD#1 2 at 100 a=2 b=-2", "ordered BTC-USD#1 buy 2"});
  }
  SECTION("while it waits for a mid") {
    book.give({book.approved(1)});
    CHECK(book.give({book.cancel("b")}) == Lines{});
    CHECK(book.give({book.mid("100")}) == Lines{"crossed BTC-USD#1 2 at 100 a=2 b=-2", "ordered BTC-USD#1 buy 2"});
  }
  SECTION("and where nobody wants the rest, its order is cancelled as it is given") {
    book.give({book.approved(1)});
    CHECK(book.give({book.cancel("a"), book.cancel("c")}) == Lines{});
    CHECK(book.give({book.mid("100")}) ==
          Lines{"crossed BTC-USD#1 2 at 100 a=2 b=-2", "ordered BTC-USD#1 buy 2", "cancel BTC-USD#1"});
  }
}

TEST_CASE("An ordered batch is cancelled at the venue only when everybody with something unfilled asked") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "3"), book.wish("b", "0", "3"), book.wish("s", "-1", "0")});
  book.give({book.approved(1)});
  CHECK(book.give({book.cancel("a")}) == Lines{});
  CHECK(book.give({book.cancel("s")}) == Lines{"returned BTC-USD#1 CANCELLED s#1=0"});  // crossed whole: nothing to wait for
  CHECK(book.give({book.cancel("b")}) == Lines{"cancel BTC-USD#1"});
  CHECK(book.give({book.cancel("b")}) == Lines{});  // once
  book.give({book.fill(1, Side::buy, "3")});
  CHECK(book.give({book.order_canceled(1, "2")}) == Lines{"returned BTC-USD#1 ORDER_CANCELED a#1=1 b#1=1"});
}

TEST_CASE("Who asked to cancel gets word when the order is executed whole after all") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "3"), book.wish("b", "0", "3")});
  book.give({book.approved(1)});
  book.give({book.cancel("a")});
  CHECK(book.give({book.fill(1, Side::buy, "6")}) == Lines{"split BTC-USD#1 6 a=3 b=3", "returned BTC-USD#1 FILLED a#1=0"});
  CHECK(book.give({book.cancel("b")}) == Lines{"returned BTC-USD#0 CANCELLED b#1=0"});
}

TEST_CASE("A rejected order gives every wish back, with the venue's words") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "3"), book.wish("b", "0", "1")});
  book.give({book.approved(1)});
  book.give({book.wish("c", "0", "1")});
  const std::vector<Event> out = book.step({book.order_rejected(1, "4")});
  const auto& returned = std::get<IntentsReturned>(out.at(0).body);
  CHECK(returned.rule.text() == "ORDER_REJECTED");
  CHECK(returned.reason == "NO_MARGIN: not enough margin");
  CHECK(returned.rows.size() == 2);
  CHECK(std::get<NettingBatchFormed>(out.at(1).body).batch.number == 2);
  CHECK(book.state().ended.empty());  // no fill of it can come
}

TEST_CASE("An order that closed short gives back what is unfilled; a late fill is still divided, and those who got of it are told") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "4"), book.wish("b", "0", "2")});
  book.give({book.approved(1)});
  book.give({book.fill(1, Side::buy, "3")});
  CHECK(book.give({book.order_canceled(1, "3")}) == Lines{"returned BTC-USD#1 ORDER_CANCELED a#1=2 b#1=1"});
  CHECK(book.state().open.empty());
  CHECK(book.give({book.fill(1, Side::buy, "3")}) == (Lines{"split BTC-USD#1 3 a=2 b=1", "returned BTC-USD#1 LATE_FILL a#1=0 b#1=0"}));
  CHECK(book.state().ended.empty());
  CHECK(book.state().position == qty("6"));
  CHECK_THROWS_AS(book.give({book.fill(1, Side::buy, "1")}), LawBroken);
}

TEST_CASE("A fill that fits no batch of ours is a broken law") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "4")});
  CHECK_THROWS_AS(Book(book).give({book.fill(1, Side::buy, "1")}), LawBroken);   // not ordered yet
  book.give({book.approved(1)});
  CHECK_THROWS_AS(Book(book).give({book.fill(2, Side::buy, "1")}), LawBroken);   // unknown
  CHECK_THROWS_AS(Book(book).give({book.fill(1, Side::sell, "1")}), LawBroken);  // the other side
  CHECK_THROWS_AS(Book(book).give({book.fill(1, Side::buy, "5")}), LawBroken);   // more than ordered
  CHECK_THROWS_AS(Book(book).give({book.fill(1, Side::buy, "0.5")}), LawBroken); // no whole lots
  CHECK_THROWS_AS(Book(book).give({book.order_canceled(2, "1")}), LawBroken);
}

TEST_CASE("At most the newest ended batches are kept for late fills") {
  Book book = Book::ready();
  for (std::uint64_t n = 1; n <= NettingBook::ended_max + 1; ++n) {
    book.give({book.wish("a", "0", "4", n)});
    book.give({book.approved(n)});
    book.give({book.order_canceled(n, "4")});
  }
  CHECK(book.state().ended.size() == NettingBook::ended_max);
  CHECK_THROWS_AS(Book(book).give({book.fill(1, Side::buy, "1")}), LawBroken);
  CHECK(book.give({book.fill(2, Side::buy, "1")}) == (Lines{"split BTC-USD#2 1 a=1", "returned BTC-USD#2 LATE_FILL a#2=0"}));
}

TEST_CASE("A withdrawal's reduction is a batch of its own beside the shared one, never crossed") {
  Book book = Book::ready();
  CHECK(book.give({book.wish("a", "0", "5"), book.withdrawal("w", "-2"), book.withdrawal("v", "-1")}) ==
        Lines{"formed BTC-USD#w1 w#1:-2/0", "formed BTC-USD#w2 v#1:-1/0", "formed BTC-USD#1 a#1:0/5"});
  CHECK(book.give({book.approved(1), book.approved(book.batch(1, BatchKind::withdrawal))}) ==
        Lines{"ordered BTC-USD#1 buy 5", "ordered BTC-USD#w1 sell 2"});
  // Who withdraws waits for word, whatever came of it.
  CHECK(book.give({book.fill(book.batch(1, BatchKind::withdrawal), Side::sell, "2")}) ==
        Lines{"split BTC-USD#w1 -2 w=-2", "returned BTC-USD#w1 FILLED w#1=0"});
  CHECK(book.state().open.size() == 2);
}

TEST_CASE("What is below a lot is given back, what is above is cut") {
  Book book = Book::ready();
  CHECK(book.give({book.wish("a", "0", "0.5")}) == Lines{"returned BTC-USD#0 BELOW_MIN_LOT a#1=0.5"});
  CHECK(book.give({book.wish("a", "1.5", "2", 2)}) == Lines{"formed BTC-USD#1 a#2:1.5/1.5"});
  book.give({book.approved(1)});
  CHECK(book.give({book.fill(1, Side::buy, "3")}) == Lines{"split BTC-USD#1 3 a=3", "returned BTC-USD#1 FILLED a#2=0.5"});
}

TEST_CASE("A fill's rows are exact in money: price, fee, whole units and residual") {
  Book book;
  book.define({.lot = "0.001", .multiplier = 2});
  book.give({book.wish("a", "0", "0.002"), book.wish("b", "0", "0.001")});
  book.give({book.approved(1)});
  const std::vector<Event> out = book.step({book.fill(1, Side::buy, "0.003", "12345.67", "1")});
  const auto& split = std::get<FillSplit>(out.at(0).body);
  REQUIRE(split.rows.size() == 2);
  CHECK(split.quantity == qty("0.003"));
  CHECK(split.rows[0].quantity == qty("0.002"));
  CHECK(split.rows[0].fee == money("0.666666666666666667"));
  CHECK(split.rows[1].fee == money("0.333333333333333333"));
  // -(12345.67 x 0.002 x 2) - 0.666...7 = -50.049346666666666667
  CHECK(split.rows[0].cash == money("-50.05"));
  CHECK(split.rows[0].residual == money("0.000653333333333333"));
  CHECK(split.rows[1].cash == money("-25.03"));
  CHECK(split.rows[1].residual == money("0.005326666666666667"));
}

TEST_CASE("A rebate is shared like a fee") {
  Book book = Book::ready();
  book.give({book.wish("a", "0", "-1"), book.wish("b", "0", "-2")});
  book.give({book.approved(1)});
  const std::vector<Event> out = book.step({book.fill(1, Side::sell, "3", "100", "-0.1")});
  const auto& split = std::get<FillSplit>(out.at(0).body);
  CHECK(split.rows[0].fee + split.rows[1].fee == money("-0.1"));
  CHECK(split.rows[0].cash + split.rows[0].residual + split.rows[0].fee == money("100"));
  CHECK(split.rows[1].cash + split.rows[1].residual + split.rows[1].fee == money("200"));
}

TEST_CASE("Each source's part of a fill stands beside the rows") {
  Book book = Book::ready();
  book.give({book.wish("x1", "0", "2"), book.wish("x2", "0", "3"), book.wish("y1", "0", "4")});
  book.give({book.approved(1)});
  const std::vector<Event> out = book.step({book.fill(1, Side::buy, "9")});
  const auto& split = std::get<FillSplit>(out.at(0).body);
  REQUIRE(split.sources.size() == 2);
  CHECK(split.sources[0].source.text() == "src-x");
  CHECK(split.sources[0].quantity == qty("5"));
  CHECK(split.sources[1].quantity == qty("4"));
}

TEST_CASE("An assigned drift moves the book's position, an acknowledged one does not") {
  Book book = Book::ready();
  DriftResolved resolved;
  resolved.product = book.product();
  resolved.quantity = qty("-0.5");
  resolved.resolution = DriftResolution::acknowledged;
  book.give({resolved});
  CHECK(book.state().position == Quantity{});
  resolved.resolution = DriftResolution::assigned;
  book.give({resolved});
  CHECK(book.state().position == qty("-0.5"));
}

TEST_CASE("A book whose product is not defined refuses to form a batch") {
  Book book;
  CHECK_THROWS_AS(book.give({book.wish("a", "0", "1")}), LawBroken);
}
