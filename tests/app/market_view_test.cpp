#include "app/market_view.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

BarObserved bar(const char* product, const char* close, std::int64_t minute) {
  BarObserved observed;
  observed.product = ProductId(product);
  observed.close = Price::parse(close);
  observed.opened_at = {(minute - 1) * 60 * ns_per_s};
  observed.closed_at = {minute * 60 * ns_per_s};
  return observed;
}

struct TwoProducts : MarketView {
  TwoProducts() {
    show(bar("BTC-USD", "100", 1), Price::parse("0.01"), "test");
    show(bar("SPY", "400", 1), Price::parse("0.01"), "test");
  }
};

std::vector<Message> captured(const MarketView& view, const Message& input) {
  std::vector<Message> facts;
  view.capture(input, facts);
  return facts;
}

DeadlineReached deadline(EntityKind kind, const char* key) { return {{kind, Symbol(key)}, "x", {1}}; }

}  // namespace

TEST_CASE("Each input is captured with the prices that those who judge it need, and with no others") {
  const TwoProducts view;
  SendSignal signal;
  signal.product = ProductId("SPY");
  const auto beside_signal = captured(view, signal);
  REQUIRE(beside_signal.size() == 2);
  REQUIRE(std::get<MarkCaptured>(beside_signal[0]).price == Price::parse("400"));
  REQUIRE(std::get<MidPriceCaptured>(beside_signal[1]).mid == Price::parse("400"));

  REQUIRE(captured(view, deadline(EntityKind::netting_book, "BTC-USD")).size() == 2);
  REQUIRE(captured(view, deadline(EntityKind::risk_authority, "demo")).size() == 2);
  REQUIRE(captured(view, deadline(EntityKind::subscription, "sub-1")).size() == 4);
  REQUIRE(captured(view, deadline(EntityKind::reconciliation, "demo")).empty());
  REQUIRE(captured(view, RequestReconciliation{}).size() == 2);
  REQUIRE(captured(view, DepositFunds{}).empty());
}

TEST_CASE("A withdrawal is captured with one mark a product, asked by that investor, and the next one is not") {
  const TwoProducts view;
  WithdrawFunds ask;
  ask.investor = InvestorId("ada");
  for (const Message& fact : captured(view, ask)) REQUIRE(std::get<MarkCaptured>(fact).asked_by == InvestorId("ada"));
  REQUIRE(captured(view, ask).size() == 2);
  for (const Message& fact : captured(view, RequestReconciliation{})) REQUIRE_FALSE(std::get<MarkCaptured>(fact).asked_by);
}

TEST_CASE("An older price never replaces a newer one, and an unknown product has no price") {
  TwoProducts view;
  view.show(bar("SPY", "399", 0), Price::parse("0.01"), "test");
  REQUIRE(view.mark(ProductId("SPY"))->price == Price::parse("400"));
  view.show(bar("SPY", "401", 2), Price::parse("0.01"), "test");
  REQUIRE(view.mark(ProductId("SPY"))->price == Price::parse("401"));
  REQUIRE(view.top(ProductId("SPY"))->bid == Price::parse("400.99"));
  REQUIRE_FALSE(view.mark(ProductId("EUR-USD")));
}

TEST_CASE("A book without spread is locked, and says so") {
  MarketView view;
  view.show(bar("SPY", "400", 1), Price{}, "test");
  REQUIRE(view.top(ProductId("SPY"))->state == BookState::locked);
}
