// FIFO lots against a model that knows only single units, and against books kept by beancount.
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <rapidcheck.h>
#include <sstream>

#include "actors/lots/lots.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

LotFill fill_of(std::int64_t quantity, std::int64_t price, int number, std::int64_t multiplier = 1) {
  return {Quantity::whole(quantity), Price::whole(price), multiplier, ExecutionId("x" + std::to_string(number)), Time{number}};
}

// Every unit of the position by itself, oldest first: its price, and whether it is long or short.
struct UnitBook {
  std::deque<std::int64_t> prices;
  int side = 0;
  std::int64_t realized = 0;

  void take(std::int64_t quantity, std::int64_t price, std::int64_t multiplier) {
    for (std::int64_t i = 0; i < std::abs(quantity); ++i) take_one(quantity > 0 ? 1 : -1, price, multiplier);
  }
  void take_one(int direction, std::int64_t price, std::int64_t multiplier) {
    if (prices.empty() || side == direction) {
      side = direction;
      prices.push_back(price);
      return;
    }
    realized += (price - prices.front()) * side * multiplier;
    prices.pop_front();
  }
  std::int64_t position() const { return side * static_cast<std::int64_t>(prices.size()); }
};

std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    rows.push_back(std::move(cells));
  }
  return rows;
}

}  // namespace

TEST_CASE("A fill closes the oldest lots first and opens what is left of it") {
  Lots lots;
  CHECK(take(lots, fill_of(3, 100, 1)) == Money{});
  CHECK(take(lots, fill_of(2, 110, 2)) == Money{});

  const LotFill flip = fill_of(-7, 120, 3, 10);
  const std::vector<TradeMatch> matches = matches_of(lots, flip);
  REQUIRE(matches.size() == 2);
  CHECK(matches[0].quantity == Quantity::whole(3));
  CHECK(matches[0].opening == ExecutionId("x1"));
  CHECK(matches[0].realized == Money::whole(600));
  CHECK(matches[1].quantity == Quantity::whole(2));
  CHECK(matches[1].opened == Price::whole(110));
  CHECK(matches[1].closed == Price::whole(120));
  CHECK(matches[1].opened_at == Time{2});
  CHECK(matches[1].closed_at == Time{3});
  CHECK(matches[1].realized == Money::whole(200));

  CHECK(take(lots, flip) == Money::whole(800));
  CHECK(lots == Lots{{Quantity::whole(-2), Price::whole(120), ExecutionId("x3"), Time{3}}});
  CHECK(cost_of(lots, 10) == Money::whole(2400));
}

TEST_CASE("A lot that is closed in part keeps its place, its price and its time") {
  Lots lots;
  take(lots, fill_of(-5, 100, 1));
  CHECK(take(lots, fill_of(2, 90, 2)) == Money::whole(20));
  CHECK(lots == Lots{{Quantity::whole(-3), Price::whole(100), ExecutionId("x1"), Time{1}}});
  CHECK(take(lots, fill_of(3, 100, 3)) == Money{});
  CHECK(lots.empty());
}

TEST_CASE("Over random histories the lots agree with a book of single units") {
  REQUIRE(rc::check("position, realized profit and matches", [] {
    const auto fills = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(-20, 21), rc::gen::inRange(1, 50)));
    const auto multiplier = *rc::gen::inRange<std::int64_t>(1, 60);
    Lots lots;
    UnitBook model;
    Money realized;
    int number = 0;
    for (const auto& [quantity, price] : fills) {
      if (quantity == 0) continue;
      const LotFill fill = fill_of(quantity, price, ++number, multiplier);
      const std::int64_t closable =
          std::min<std::int64_t>(std::abs(quantity), quantity * model.position() < 0 ? std::abs(model.position()) : 0);
      Money matched;
      Quantity closed;
      for (const TradeMatch& match : matches_of(lots, fill)) {
        matched += match.realized;
        closed += abs(match.quantity);
      }
      const Money gained = take(lots, fill);
      RC_ASSERT(gained == matched);
      RC_ASSERT(closed == Quantity::whole(closable));
      realized += gained;
      model.take(quantity, price, multiplier);
      RC_ASSERT(position_of(lots) == Quantity::whole(model.position()));
      RC_ASSERT(realized == Money::whole(model.realized));
      std::deque<std::int64_t> prices;
      for (const Lot& lot : lots)
        for (std::int64_t i = 0; i < abs(lot.quantity).units() / Quantity::whole(1).units(); ++i)
          prices.push_back(lot.price.units() / Price::whole(1).units());
      RC_ASSERT(prices == model.prices);
    }
  }));
}

TEST_CASE("The lots match books kept by beancount, trade by trade and match by match") {
  const std::filesystem::path folder = std::filesystem::path(TALLY_SOURCE_DIR) / "../shared/data/golden_fifo";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped, 6 lists: ../shared/data/golden_fifo is not there");
    return;
  }
  for (const std::string list : {"crypto_long", "deep_lots", "edge", "equity_flip", "futures_flip", "fx_flip"}) {
    INFO(list);
    const auto trades = rows_of(folder / (list + "_trades.csv"));
    const auto after = rows_of(folder / (list + "_after_each_trade.csv"));
    const auto golden = rows_of(folder / (list + "_matches.csv"));
    REQUIRE(trades.size() == after.size());
    Lots lots;
    std::size_t match = 0;
    for (std::size_t i = 0; i < trades.size(); ++i) {
      const auto& trade = trades[i];
      INFO("trade " << trade[0]);
      const Quantity quantity = Quantity::parse(trade[4]);
      const LotFill fill{
          trade[3] == "buy" ? quantity : -quantity, Price::parse(trade[5]), std::stoll(trade[8]), ExecutionId(trade[0]), {}};
      for (const TradeMatch& found : matches_of(lots, fill)) {
        REQUIRE(match < golden.size());
        const auto& expected = golden[match++];
        CHECK(found.closing.text() == expected[0]);
        CHECK(found.opening.text() == expected[1]);
        CHECK((found.quantity > Quantity{} ? "long" : "short") == expected[3]);
        CHECK(abs(found.quantity) == Quantity::parse(expected[4]));
        CHECK(found.opened == Price::parse(expected[5]));
        CHECK(found.closed == Price::parse(expected[6]));
        CHECK(found.realized == Money::parse(expected[7]));
      }
      CHECK(take(lots, fill) == Money::parse(after[i][5]));
      CHECK(position_of(lots) == Quantity::parse(after[i][2]));
    }
    CHECK(match == golden.size());
  }
}
