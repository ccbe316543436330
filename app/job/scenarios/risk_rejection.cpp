// What risk denies never becomes an order: a rejection beside the intent, a release, and nothing in the execution layer.
#include "actors/risk_authority/risk_authority.hpp"
#include "app/job/scenarios/play.hpp"

namespace tally::scenario {

void risk_rejection(Play& play) {
  play.open_account();
  RiskLimits limits = play.stage.state<RiskAuthority>("fixture").limits;
  limits.order_quantity_max = Quantity::whole(1);
  play.stage.submit(ChangeLimits{IdempotencyKey("tight"), OperatorId("ada"), limits});
  play.given("no order may be larger than 1");

  play.when("a signal asks for a long position of 2");
  play.signal(1);

  const auto rejections = play.stage.all<RiskRejected>();
  play.then("risk rejects it, with a rule and an English reason",
            rejections.size() == 1 && !rejections[0].rule.empty() && !rejections[0].reason.empty());
  const auto released = play.stage.all<IntentReleased>();
  play.then("the intent is released in full", released.size() == 1 && released[0].quantity == Quantity::whole(2));
  play.then("no order was ever commanded", play.stage.all<OrderCommanded>().empty() && play.stage.to_venue.empty());
  play.then("no position and no cash moved",
            play.booked() == Quantity{} && play.subscription().cash == Money::whole(1'000));

  play.when("the position is asked to be flat although it is");
  play.signal(0);
  const auto flats = play.stage.all<SignalForcedFlatHandled>();
  play.then("that is recorded as a success", flats.size() == 1 && flats[0].position == Quantity{} && !flats[0].closing);
}

}  // namespace tally::scenario
