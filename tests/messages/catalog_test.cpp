#include "messages/catalog.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/messages/random_message.hpp"

using namespace tally;

TEST_CASE("The catalog lists every message once, ascending by number") {
  CHECK(catalog().size() == std::variant_size_v<Message> - 1);
  for (std::size_t i = 1; i < catalog().size(); ++i) CHECK(catalog()[i - 1].about.number < catalog()[i].about.number);
  for (const CatalogRow& row : catalog()) {
    INFO(row.name);
    CHECK(find_type(row.about.number) == &row);
    CHECK(find_type(row.name) == &row);
    const Message message = test::random_message(row, 1);
    CHECK(message.index() == row.alternative);
    CHECK(&row_of(message) == &row);
  }
}

TEST_CASE("What is unknown has no row, and an opaque message says so") {
  CHECK(find_type(0) == nullptr);
  CHECK(find_type(65'535) == nullptr);
  CHECK(find_type("orderfilled") == nullptr);
  CHECK(find_type("") == nullptr);
  CHECK(row_of(Opaque{9, 1, {}}).name == "Opaque");
}

TEST_CASE("Every topic lies in a namespace of the platform") {
  const std::set<std::string_view> spaces{"md", "indicator", "strategy", "risk", "instrument", "order", "pnl", "ml", "system"};
  for (const CatalogRow& row : catalog()) {
    INFO(row.name << " " << row.about.topic);
    CHECK(spaces.contains(row.about.topic.substr(0, row.about.topic.find('.'))));
  }
  CHECK(find_type("OrderFilled")->about.topic == "order.fill");
  CHECK(find_type("RiskApproved")->about.topic == "risk.approved");
  CHECK(find_type("RiskRejected")->about.topic == "risk.rejected");
}

TEST_CASE("The events of the signal trader's list exist, each in its layer") {
  const auto layer = [](std::string_view name) { return find_type(name) ? find_type(name)->about.layer : Layer::command; };
  for (auto name : {"SignalReceived", "IntentCreated", "IntentReleased", "SignalForcedFlatHandled"}) CHECK(layer(name) == Layer::intent);
  for (auto name : {"OrderSubmitted", "OrderRejected", "OrderAccepted", "OrderFilled"}) CHECK(layer(name) == Layer::execution);
  for (auto name : {"InternalNettingSettled", "PositionUpdated", "InvestorLedgerUpdated", "BufferAdjusted", "SubscriptionUpdated"})
    CHECK(layer(name) == Layer::ledger);
  for (auto name : {"RiskApproved", "RiskRejected"}) CHECK(layer(name) == Layer::risk);
  CHECK(layer("MidPriceCaptured") == Layer::market);
  CHECK(layer("AlertTriggered") == Layer::system);
}

TEST_CASE("An idempotency key is the type and the values that identify the fact") {
  OrderFilled fill;
  fill.order = ClientOrderId("a-1");
  fill.execution = ExecutionId("x/1");
  CHECK(idempotency_key(fill) == "OrderFilled/a-1/x~11");
  CHECK(idempotency_key(IntentCancelRequested{{SubscriptionId("sub-7"), 12}, {}}) == "IntentCancelRequested/sub-7#12");
  CHECK(idempotency_key(DeadlineSet{{EntityKind::netting_book, Symbol("BTC/USD")}, "window:1", Time{-5}}) ==
        "DeadlineSet/netting_book/BTC~1USD/window:1/-5");
  CHECK(idempotency_key(Opaque{9, 2, {}}) == "Opaque/9/2");
}

TEST_CASE("Parts of a key that are split elsewhere make another key") {
  OrderFilled one;
  one.order = ClientOrderId("a/b");
  one.execution = ExecutionId("c");
  OrderFilled other;
  other.order = ClientOrderId("a");
  other.execution = ExecutionId("b/c");
  CHECK(idempotency_key(one) != idempotency_key(other));
  one.order = ClientOrderId("a~1b");
  other.order = ClientOrderId("a/b");
  other.execution = one.execution;
  CHECK(idempotency_key(one) != idempotency_key(other));
}
