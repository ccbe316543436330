// The venue holds what we do not know of: its truth wins, the difference is the account's own line, and an operator's
// event ends it.
#include "app/job/scenarios/play.hpp"

namespace tally::scenario {

void reconciliation_mismatch(Play& play) {
  play.open_account();
  play.signal(1);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(2), Price::whole(100), 1, play.stage.now));
  play.given("a position of +2 that both sides know");

  play.when("somebody buys 3 more at the venue without us, and its records are compared");
  play.stage.venue.trade_behind_our_back(Play::product(), Quantity::whole(3));
  play.stage.submit(RequestReconciliation{IdempotencyKey("compare"), "operator"});
  play.answer_state_requests();

  const auto drifts = play.stage.all<DriftDetected>();
  const Quantity three = Quantity::whole(3);
  play.then("a position drift of +3 is recorded: expected +2, reported +5, with its playbook step",
            drifts.size() == 1 && drifts[0].kind == DriftKind::position && drifts[0].difference == three &&
                drifts[0].expected == Quantity::whole(2) && drifts[0].reported == Quantity::whole(5) &&
                !drifts[0].playbook.empty());
  play.then("it is on no investor: the subscription still has +2", play.subscription().position == Quantity::whole(2));
  play.then("an alert was raised", !play.stage.all<AlertTriggered>().empty());
  if (drifts.empty()) return;

  play.when("an operator gives it to the subscription at 100");
  play.stage.submit(ResolveDrift{IdempotencyKey("resolve"), OperatorId("ada"), drifts[0].drift, "bought by telephone",
                                 SubscriptionId("sub"), Price::whole(100)});
  play.then("book and subscription hold +5 and paid for them",
            play.booked() == Quantity::whole(5) && play.subscription().position == Quantity::whole(5) &&
                play.subscription().cash + play.subscription().buffer ==
                    Money::whole(1'000) - Money::whole(500) - Money::parse("0.08"));
  play.stage.submit(RequestReconciliation{IdempotencyKey("again"), "operator"});
  play.answer_state_requests();
  play.then("the next comparison is clean", play.stage.last<ReconciliationCompleted>().clean);
}

}  // namespace tally::scenario
