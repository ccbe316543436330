// Wanted against confirmed: an order that the venue closed short leaves a residual for the operator.
#include "tests/catch.hpp"
#include "tests/reconciliation/venue.hpp"

using namespace tally;
using namespace tally::test;

TEST_CASE("fixture-intent-017: target +2, filled +1, confirmed +1, residual +1, drift flagged") {
  Comparison ours;
  CHECK(ours.command("o1", "BTC", 2).empty());
  CHECK(ours.fill("o1", "BTC", 1, 1).empty());
  const DriftDetected drift = only<DriftDetected>(ours.cancel("o1", "BTC", 1));
  CHECK(drift.kind == DriftKind::target_residual);
  CHECK(drift.expected == Quantity::whole(2));
  CHECK(drift.reported == Quantity::whole(1));
  CHECK(drift.difference == Quantity::whole(1));
  CHECK(drift.playbook == "docs/runbooks/drift.md#target-residual");
  // It is no position drift: the venue holds what we hold.
  CHECK(only<ReconciliationCompleted>(ours.compare({{"BTC", 1}})).clean);
  CHECK(ours.state().drifts.size() == 1);

  SECTION("the operator acknowledges it; nobody gets anything") {
    const auto decided = ours.give(ResolveDrift{IdempotencyKey("r"), OperatorId("ada"), drift.drift, "let it be", {}, {}});
    CHECK(only<DriftResolved>(decided).resolution == DriftResolution::acknowledged);
    CHECK(ours.state().positions.at(ProductId("BTC")).ours == Quantity::whole(1));
    CHECK(ours.state().drifts.empty());
  }
  SECTION("it cannot be assigned") {
    ours.subscribe("sub-1", "BTC");
    CHECK(only<CommandDenied>(ours.assign(drift.drift, "sub-1")).rule == RuleId("RESOLUTION_REFUSED"));
  }
  SECTION("the product's next order restates the target") {
    const DriftResolved resolved = only<DriftResolved>(ours.command("o2", "BTC", -1));
    CHECK(resolved.drift == drift.drift);
    CHECK(resolved.resolution == DriftResolution::superseded);
    CHECK(ours.state().orders.size() == 1);
  }
  SECTION("another product's order, or a withdrawal's, does not") {
    CHECK(ours.command("o2", "ETH", 1).empty());
    CHECK(ours.command("o3", "BTC", -1, BatchKind::withdrawal).empty());
  }
  SECTION("a late fill completes it") {
    CHECK(only<DriftResolved>(ours.fill("o1", "BTC", 1)).resolution == DriftResolution::explained_by_fills);
    CHECK(ours.state().orders.empty());
  }
}

TEST_CASE("A late fill of a part leaves the rest as a new residual") {
  Comparison ours;
  ours.command("o1", "BTC", -5);
  ours.cancel("o1", "BTC", 5);
  const auto decided = ours.fill("o1", "BTC", -2, 3);
  CHECK(only<DriftResolved>(decided).resolution == DriftResolution::superseded);
  const DriftDetected drift = only<DriftDetected>(decided);
  CHECK(drift.expected == Quantity::whole(-5));
  CHECK(drift.reported == Quantity::whole(-2));
  CHECK(drift.difference == Quantity::whole(-3));
}

TEST_CASE("What we cancelled ourselves is no residual, unless the venue kept it and closed it later") {
  Comparison ours;
  ours.command("o1", "BTC", 5);
  ours.give(OrderCancelCommanded{ClientOrderId("o1"), ProductId("BTC"), {}});
  CHECK(ours.cancel("o1", "BTC", 5).empty());
  CHECK(ours.state().orders.empty());

  ours.command("o2", "BTC", 5);
  ours.give(OrderCancelCommanded{ClientOrderId("o2"), ProductId("BTC"), {}});
  ours.give(OrderCancelRejected{ClientOrderId("o2"), BatchId{ProductId("BTC"), {}, 1}, "too late"});
  CHECK(has<DriftDetected>(ours.cancel("o2", "BTC", 5)));
}

TEST_CASE("An order rejected as a whole leaves nothing in doubt; one rejected after a fill leaves a residual") {
  Comparison ours;
  ours.command("o1", "BTC", 5);
  CHECK(ours.reject("o1", "BTC", 5).empty());
  CHECK(ours.state().orders.empty());
  ours.command("o2", "BTC", 5);
  ours.fill("o2", "BTC", 2, 3);
  CHECK(only<DriftDetected>(ours.reject("o2", "BTC", 3)).difference == Quantity::whole(3));
}

TEST_CASE("A filled order is forgotten, and orders we never commanded are not tracked") {
  Comparison ours;
  ours.command("o1", "BTC", 5);
  ours.fill("o1", "BTC", 5);
  CHECK(ours.state().orders.empty());
  CHECK(ours.cancel("ghost", "BTC", 5).empty());
  CHECK(ours.state().drifts.empty());
}
