// The four files of `tally lots`, byte for byte against books kept by beancount and ledger; and what it refuses.
#include "app/lots/book_files.hpp"

#include "app/lots/fraction_text.hpp"
#include "app/shortest_text.hpp"
#include "tests/catch.hpp"
#include "tests/reports/report_files.hpp"

using namespace tally;

namespace {

const std::string head = "trade_id,ts_utc,symbol,side,qty,price,fee,currency,multiplier\n";
const std::string row_1 = "1,2024-01-02T09:00:00Z,SPY,buy,10,100.00,1.00,USD,1\n";

class BookRun {
 public:
  explicit BookRun(const std::string& fills, const std::string& name = "some_trades.csv") {
    write_text(directory_.path() / name, fills);
    report = write_book_files(directory_.path() / name, out());
  }
  std::filesystem::path out() const { return directory_.path() / "deep" / "out"; }
  std::vector<std::string> lines(const char* file) const { return lines_in(out() / file); }

  BookFilesReport report;

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("The books equal those kept by beancount and ledger, byte for byte: matches, open lots, running state and totals") {
  const auto folder = reference_folder("golden_fifo");
  if (!there(folder)) return;
  const auto totals = lines_in(folder / "SUMMARY.csv");
  for (const std::string list : {"crypto_long", "deep_lots", "edge", "equity_flip", "futures_flip", "fx_flip", "mixed_book"}) {
    CAPTURE(list);
    TemporaryDirectory directory;
    const auto report = write_book_files(plain_or_gzip(folder / (list + "_trades.csv")), directory.path());
    CHECK(report.list == list);
    for (const std::string file : {"matches", "after_each_trade", "open_lots"}) {
      CAPTURE(file);
      const auto expected = lines_in(plain_or_gzip(folder / (list + "_" + file + ".csv")));
      REQUIRE(expected.size() > 1);
      CHECK(lines_in(directory.path() / (file + ".csv")) == expected);
    }
    std::vector<std::string> expected{totals[0]};
    for (const std::string& line : totals)
      if (line.starts_with(list + ",")) expected.push_back(line);
    CHECK(lines_in(directory.path() / "rollup.csv") == expected);
  }
}

TEST_CASE("Columns that say whose a fill is keep the books apart and come first in every file") {
  const BookRun run(
      "accountId,strategyId,orderId,fillId,ts_utc,symbol,side,qty,price,fee,currency,multiplier,note\n"
      "a,ema,o1,f1,2024-01-02T09:00:00Z,SPY,buy,1,100.0,0,USD,1,x\n"
      "b,ema,o1,f1,2024-01-02T09:00:01Z,SPY,sell,1,101.0,0,USD,1,x\n"
      "a,rsi,o2,f1,2024-01-02T09:00:02.000001Z,SPY,sell,1,101.0,0,USD,1,x\n"
      "a,ema,o3,f1,2024-01-02T09:00:03Z,SPY,sell,1,103.5,0.5,USD,1,x\n"
      "a,ema,o3,f1,2024-01-02T09:00:03Z,SPY,sell,1,103.5,0.5,USD,1,x\n");
  CHECK(run.report.trades == 4);
  CHECK(run.report.repeats == 1);
  CHECK(run.report.unread_columns == std::vector<std::string>{"note"});
  CHECK(run.lines("matches.csv") ==
        std::vector<std::string>{"accountId,strategyId,close_trade_id,open_trade_id,symbol,direction,qty,open_price,close_price,"
                                 "realized_pnl_gross,currency,open_fee_pro_rata,close_fee_pro_rata,"
                                 "realized_pnl_net_of_pro_rata_fees",
                                 "a,ema,f1,f1,SPY,long,1,100.0,103.5,3.5,USD,0.0,0.5,3.0"});
  CHECK(run.lines("open_lots.csv") ==
        std::vector<std::string>{"accountId,strategyId,symbol,open_trade_id,direction,remaining_qty,open_price,open_ts_utc",
                                 "b,ema,SPY,f1,short,1,101.0,2024-01-02T09:00:01Z",
                                 "a,rsi,SPY,f1,short,1,101.0,2024-01-02T09:00:02.000001Z"});
  CHECK(run.lines("rollup.csv").size() == 4);
  CHECK(run.lines("rollup.csv")[1] == "a,ema,some,SPY,USD,2,1,1,0,0,3.5,0.5,3.0,0,103.5,0.0");
}

TEST_CASE("A bad fill is refused by kind and line, and leaves the files of before as they were") {
  struct Row {
    std::string fills;
    InputProblem problem;
    std::size_t line;
  };
  const auto with = [](const std::string& row) { return head + row_1 + row + "\n"; };
  const std::vector<Row> rows{
      {"trade_id,ts_utc,symbol,side,qty,price,fee,currency\n", InputProblem::missing_column, 1},
      {"ts_utc,symbol,side,qty,price,fee,currency,multiplier\n", InputProblem::missing_column, 1},
      {"trade_id,orderId,order_id,ts_utc,symbol,side,qty,price,fee,currency,multiplier\n", InputProblem::repeated_column, 1},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,10,-100.00,1.00,USD,1"), InputProblem::out_of_range, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,0,100.00,1.00,USD,1"), InputProblem::out_of_range, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,-5,100.00,1.00,USD,1"), InputProblem::out_of_range, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.00,1.00,USD,0"), InputProblem::out_of_range, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.00,1.00,USD,1.5"), InputProblem::out_of_range, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,hold,5,100.00,1.00,USD,1"), InputProblem::no_value, 3},
      {with("2,2024-01-02T09:00:00Z,,buy,5,100.00,1.00,USD,1"), InputProblem::no_value, 3},
      {with(",2024-01-02T09:00:00Z,SPY,buy,5,100.00,1.00,USD,1"), InputProblem::no_value, 3},
      {with("2,2024-01-02 09:00:00,SPY,buy,5,100.00,1.00,USD,1"), InputProblem::no_time, 3},
      {with("2,2024-02-30T09:00:00Z,SPY,buy,5,100.00,1.00,USD,1"), InputProblem::no_time, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,five,100.00,1.00,USD,1"), InputProblem::no_number, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,1e2,1.00,USD,1"), InputProblem::no_number, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.0000000001,1.00,USD,1"), InputProblem::no_number, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.00,,USD,1"), InputProblem::no_number, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,99999999999,100.00,1.00,USD,1"), InputProblem::no_number, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.00,1.00,EUR,1"), InputProblem::contradiction, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.00,1.00,USD,50"), InputProblem::contradiction, 3},
      {with("1,2024-01-02T09:00:00Z,SPY,buy,10,100.00,1.01,USD,1"), InputProblem::contradiction, 3},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,9000000000,9000000000,0,USD,1\n"
            "3,2024-01-02T09:00:00Z,SPY,buy,9000000000,9000000000,0,USD,1"), InputProblem::out_of_range, 4},
      {with("2,2024-01-02T09:00:00Z,SPY,buy,5,100.00,1.00,USD"), InputProblem::wrong_width, 3},
  };
  for (const Row& row : rows) {
    CAPTURE(row.fills);
    TemporaryDirectory directory;
    const auto fills = directory.path() / "fills.csv", out = directory.path() / "out";
    std::filesystem::create_directories(out);
    write_text(out / "matches.csv", "of before");
    write_text(fills, row.fills);
    try {
      write_book_files(fills, out);
      FAIL("was taken");
    } catch (const InputError& error) {
      CHECK(error.problem == row.problem);
      CHECK(error.line == row.line);
    }
    CHECK(text_in(out / "matches.csv") == "of before");
    CHECK(std::distance(std::filesystem::directory_iterator(out), {}) == 1);
  }
}

TEST_CASE("A list without a name has an empty one, and its columns stay where they are") {
  const BookRun run(head + row_1, "_trades.csv");
  CHECK(run.report.list.empty());
  CHECK(run.lines("rollup.csv")[1] == ",SPY,USD,1,0,0,0,0,0,1.00,-1.00,10,100.00,0.00");
}

TEST_CASE("Prices below zero are taken where that is asked for") {
  TemporaryDirectory directory;
  write_text(directory.path() / "oil.csv", head + "1,2020-04-20T18:00:00Z,CLK0,buy,1,-37.63,0,USD,1000\n"
                                                  "2,2020-04-20T18:30:00Z,CLK0,sell,1,-10.00,0,USD,1000\n");
  const auto report = write_book_files(directory.path() / "oil.csv", directory.path() / "out", true);
  CHECK(report.rollups[0].second.realized.text() == "27630.00");
}

TEST_CASE("A fraction is the double nearest to it, in the shortest text that reads back as that double") {
  CHECK(share_text({Money::whole(1), Quantity::whole(1), Quantity::whole(3)}) == "0.3333333333333333");
  CHECK(share_text({Money::whole(-2), Quantity::whole(1), Quantity::whole(3)}) == "-0.6666666666666666");
  CHECK(share_text({Money{}, Quantity::whole(1), Quantity::whole(3)}) == "0.0");
  CHECK(share_text({Money::whole(1), Quantity::parse("0.000000001"), Quantity::whole(9'000'000'000)}) == "1.111111111111111e-19");
  // 2^53 + 1 lies in the middle of two doubles: the even one; a little more than that goes up.
  CHECK(average_text(Money::whole(9'007'199'254'740'993), Quantity::whole(1), 1) == "9007199254740992.0");
  CHECK(average_text(Money::whole(9'007'199'254'740'993) + Money::from_units(1), Quantity::whole(1), 1) == "9007199254740994.0");
  CHECK(average_text(Money::whole(-100), Quantity::whole(-4), 50) == "0.5");
  CHECK(net_text(Money::whole(1), {Money::whole(1), Quantity::whole(1), Quantity::whole(3)},
                 {Money::whole(1), Quantity::whole(1), Quantity::whole(7)}) == "0.5238095238095238");
  for (const auto& [value, text] : std::vector<std::pair<double, std::string>>{
           {0.0, "0.0"}, {100.0, "100.0"}, {0.0001, "0.0001"}, {0.00001, "1e-05"}, {9.5e-6, "9.5e-06"},
           {1e15, "1000000000000000.0"}, {1e16, "1e+16"}, {-12.5, "-12.5"}, {123456789.125, "123456789.125"}}) {
    CHECK(shortest_text(value) == text);
    CHECK(std::stod(text) == value);
  }
}
