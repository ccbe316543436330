// The session and a simulated venue over a network that loses, repeats, delays and reorders: when the venue was asked at
// the end, both hold the same.
#include <rapidcheck.h>

#include <map>

#include "actors/simulated_exchange/simulated_exchange.hpp"
#include "tests/broker_session/session.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::session_test;

namespace {

class Conversation {
 public:
  Conversation() {
    VenueConfigured settings;
    settings.venue = VenueId("sim");
    settings.seed = *rc::gen::arbitrary<std::uint64_t>();
    settings.participation = Ratio::parse("0.1");
    settings.reject_probability = Ratio::parse("0.15");
    settings.duplicate_probability = Ratio::parse("0.2");
    settings.latency_ms = *rc::gen::element<std::int64_t>(0, 90'000);
    tell_venue(settings);
    ProductDefined product;
    product.product = btc;
    product.lot = lots(1);
    product.tick = Price::parse("0.01");
    tell_venue(product);
  }

  // Commands an order; whether it arrives is the network's affair, and the port may not know either.
  void order() {
    const Side side = *rc::gen::element(Side::buy, Side::sell);
    orders_.push_back(session_.order(orders_.size() + 1, lots(*rc::gen::inRange(1, 30)), side));
    OrderCommanded command;
    command.order = orders_.back();
    command.batch = session_.at(command.order).batch;
    command.side = side;
    command.quantity = session_.at(command.order).quantity;
    command.commanded_at = session_.now;
    command.account = AccountId(account);
    const int fate = *rc::gen::inRange(0, 6);
    if (fate != 0) post(tell_venue(command));                                           // 0: lost on the way
    if (fate <= 1) session_.sent(command.order, SendOutcome::ambiguous);                // 1: arrived, and nobody knows
    else if (fate == 2) inbox_.push_back(OrderSendReported{command.order, SendOutcome::sent, ""});
    else session_.sent(command.order);
  }

  void cancel() {
    if (orders_.empty()) return;
    const ClientOrderId id = *rc::gen::elementOf(orders_);
    forward_cancels(session_.take(CancelRequested{session_.at(id).batch}));
  }

  void bar() {
    const Time opened = session_.now;
    session_.now = session_.now + 60 * ns_per_s;
    const Price price = dollars(*rc::gen::inRange(90, 110));
    post(tell_venue(BarObserved{btc, price, price, price, price, lots(*rc::gen::inRange(0, 200)), opened, session_.now}));
  }

  // Hands over one of the reports under way: any one, perhaps never, perhaps again later.
  void deliver() {
    if (inbox_.empty()) return;
    const std::size_t i = *rc::gen::inRange<std::size_t>(0, inbox_.size());
    const Message message = inbox_[i];
    if (*rc::gen::inRange(0, 4) != 0) inbox_.erase(inbox_.begin() + static_cast<std::ptrdiff_t>(i));
    if (*rc::gen::inRange(0, 4) != 0) std::visit([&](const auto& body) { forward_cancels(session_.take(body)); }, message);
  }

  void restart() { session_.take(ShardStarted{"n", "b", session_.now}); }

  void reconcile() {
    session_.now = session_.now + order_in_flight_ns;
    const VenueStateRequested request{++asked_, "test", AccountId(account)};
    session_.take(request);
    const std::vector<Message> answer = tell_venue(request);
    forward_cancels(session_.take(std::get<VenueStateReported>(answer.at(0))));
  }

  // The first answer may make the session send a cancel again, which changes what the venue holds.
  void check_agreement() {
    reconcile();
    reconcile();
    for (const ClientOrderId& id : orders_) {
      const Order& ours = session_.at(id);
      const auto theirs = venue_.state().orders.find(id);
      const bool arrived = theirs != venue_.state().orders.end();
      RC_ASSERT(ours.cumulative == (arrived ? theirs->second.filled : Quantity{}));
      RC_ASSERT(ours.executions.size() == (arrived ? theirs->second.trades.size() : 0));
      RC_ASSERT(ours.closed() == !(arrived && theirs->second.status == VenueOrderStatus::working));
      RC_ASSERT(ours.standing.status != OrderStatus::unknown);
    }
  }

 private:
  template <class M>
  std::vector<Message> tell_venue(const M& message) {
    Entry entry;
    entry.events.push_back({{}, 0, Message(message)});
    const Delivery delivery{0, 0, true};
    std::vector<Event> out;
    venue_.take(entry, {&delivery, 1}, session_.now, out);
    std::vector<Message> said;
    for (Event& event : out) said.push_back(std::move(event.body));
    return said;
  }
  void post(std::vector<Message> reports) { inbox_.insert(inbox_.end(), reports.begin(), reports.end()); }
  void forward_cancels(const Said& said) {
    for (const OrderCancelCommanded& command : only<OrderCancelCommanded>(said))
      if (*rc::gen::inRange(0, 3) != 0) post(tell_venue(command));
  }

  Session session_;
  Cell<SimulatedExchange> venue_{Symbol("sim")};
  std::vector<ClientOrderId> orders_;
  std::vector<Message> inbox_;
  std::uint64_t asked_ = 0;
};

}  // namespace

TEST_CASE("Whatever the network does, the session and the venue agree once the venue was asked") {
  REQUIRE(rc::check([] {
    Conversation conversation;
    const int steps = *rc::gen::inRange(0, 80);
    for (int i = 0; i < steps; ++i) {
      const int what = *rc::gen::inRange(0, 16);
      if (what < 4) conversation.order();
      else if (what < 8) conversation.bar();
      else if (what < 13) conversation.deliver();
      else if (what == 13) conversation.cancel();
      else if (what == 14) conversation.restart();
      else conversation.reconcile();
    }
    conversation.restart();
    conversation.check_agreement();
  }));
}
