// What the provider rejects is compensated by further events; nothing is deleted and no position is touched.
#include "app/job/scenarios/play.hpp"

namespace tally::scenario {

void provider_rejection(Play& play) {
  play.open_account();

  play.when("a signal asks for 2, risk approves, the order is sent, and the provider rejects it");
  play.signal(1);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.reject(order, play.stage.now, "market closed"));

  const auto rejected = play.stage.all<OrderRejected>();
  play.then("risk had approved it", play.stage.all<RiskApproved>().size() == 1);
  play.then("OrderRejected carries the provider's words", rejected.size() == 1 && rejected[0].reason == "market closed");
  const auto released = play.stage.all<IntentReleased>();
  play.then("then the intent is released", released.size() == 1 && released[0].quantity == Quantity::whole(2));
  play.then("no position and no cash moved", play.booked() == Quantity{} && play.subscription().cash == Money::whole(1'000));

  play.when("the same rejection is reported again");
  const Offset before = play.stage.journal().end(play.stage.shard());
  play.stage.submit(play.stage.venue.reject(order, play.stage.now, "market closed"));
  play.then("nothing follows from it", play.stage.journal().end(play.stage.shard()) == before + 1);

  play.when("the next signal asks for a short position");
  play.signal(-1);
  play.then("trading goes on: an order to sell 2 waits for the venue",
            play.stage.to_venue.size() == 1 && std::get<OrderCommanded>(play.stage.to_venue.front()).side == Side::sell);
}

}  // namespace tally::scenario
