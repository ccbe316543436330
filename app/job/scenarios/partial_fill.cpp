// The dossier's fixture-intent-017: target +2, filled +1, confirmed +1, residual +1, drift visible for review.
#include "app/job/scenarios/play.hpp"

namespace tally::scenario {

void partial_fill(Play& play) {
  play.open_account();

  play.when("a signal asks for +2, and the provider fills +1 at 100 and lets the rest expire");
  play.signal(1);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.accept(order, play.stage.now));
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(1), Price::whole(100), 1, play.stage.now));
  play.stage.submit(play.stage.venue.expire(order, play.stage.now));

  const Quantity one = Quantity::whole(1);
  play.then("the desired position was +2", play.stage.last<IntentCreated>().target == Quantity::whole(2));
  play.then("risk accepted before the provider was reached", play.stage.all<RiskApproved>().size() == 1);
  const auto fills = play.stage.all<OrderFilled>();
  play.then("the provider's callback is a partial fill of +1",
            fills.size() == 1 && fills[0].last_quantity == one && fills[0].leaves_quantity == one);
  play.then("the confirmed position is +1, in the book and in the subscription",
            play.booked() == one && play.subscription().position == one);
  play.then("the residual of +1 was released", play.stage.last<IntentReleased>().quantity == one);
  const auto drifts = play.stage.all<DriftDetected>();
  play.then("the residual against the target is flagged for the operator, with a playbook",
            drifts.size() == 1 && drifts[0].kind == DriftKind::target_residual && drifts[0].difference == one &&
                !drifts[0].playbook.empty());
  play.then(
      "cash paid for what was filled, and nothing more",
      play.subscription().cash + play.subscription().buffer == Money::whole(1'000) - Money::whole(100) - Money::parse("0.04"));

  play.when("the venue's records are compared");
  play.stage.submit(RequestReconciliation{IdempotencyKey("compare"), "operator"});
  play.answer_state_requests();
  play.then("they agree with the book: the residual is no difference of positions",
            play.stage.last<ReconciliationCompleted>().clean);
}

}  // namespace tally::scenario
