// An account's reconciliation with words for what happens to it.
#pragma once

#include "actors/reconciliation/reconciliation.hpp"
#include "tests/risk_authority/one_entity.hpp"

namespace tally::test {

struct Held {
  const char* product;
  std::int64_t quantity;   // whole units, signed
};

class Comparison : public OneEntity<Reconciliation> {
 public:
  Comparison() : OneEntity("acct") {}

  std::vector<Message> start() { return give(ShardStarted{"node", "build", now}); }
  std::vector<Message> ask(const char* cause = "operator") { return give(RequestReconciliation{IdempotencyKey("k"), cause}); }

  // The venue answers the request that waits, or another where `request` is named.
  std::vector<Message> answer(std::vector<Held> positions, bool complete = true, std::uint64_t request = 0) {
    return give(report(std::move(positions), complete, request));
  }
  VenueStateFolded report(std::vector<Held> positions, bool complete = true, std::uint64_t request = 0) {
    if (request == 0) request = state().request ? state().request->number : 0;
    VenueStateFolded folded{request, complete, {}};
    for (const Held& held : positions) folded.positions.push_back({ProductId(held.product), Quantity::whole(held.quantity)});
    return folded;
  }

  // Asks where nothing waits, then answers.
  std::vector<Message> compare(std::vector<Held> positions) {
    if (!state().request) ask();
    return answer(std::move(positions));
  }

  std::vector<Message> command(const char* order, const char* product, std::int64_t signed_quantity,
                               BatchKind kind = BatchKind::shared) {
    const Quantity q = Quantity::whole(signed_quantity);
    return give(OrderCommanded{ClientOrderId(order), batch(product, kind), side_of(q), OrderType::market, abs(q), {}, now, {}});
  }
  OrderFilled filled(const char* order, const char* product, std::int64_t signed_quantity, std::int64_t leaves = 0) {
    const Quantity q = Quantity::whole(signed_quantity);
    return {ClientOrderId(order),
            batch(product),
            {},
            side_of(q),
            abs(q),
            Price::whole(100),
            {},
            abs(q),
            Quantity::whole(leaves),
            now};
  }
  std::vector<Message> fill(const char* order, const char* product, std::int64_t signed_quantity, std::int64_t leaves = 0) {
    return give(filled(order, product, signed_quantity, leaves));
  }
  std::vector<Message> cancel(const char* order, const char* product, std::int64_t unfilled) {
    return give(OrderCanceled{ClientOrderId(order), batch(product), {}, Quantity::whole(unfilled), true, "expired"});
  }
  std::vector<Message> reject(const char* order, const char* product, std::int64_t unfilled) {
    return give(OrderRejected{ClientOrderId(order), batch(product), Quantity::whole(unfilled), RuleId("VENUE"), "no"});
  }
  std::vector<Message> assign(std::uint64_t drift, const char* subscription, std::int64_t price = 100, const char* by = "ada") {
    return give(ResolveDrift{IdempotencyKey("r" + std::to_string(++resolutions_)), OperatorId(by), drift, "found by hand", SubscriptionId(subscription),
                             Price::whole(price)});
  }
  void subscribe(const char* subscription, const char* product) {
    SubscriptionUpdated updated;
    updated.subscription = SubscriptionId(subscription);
    updated.product = ProductId(product);
    give(updated);
  }

  // A deadline that was set is reached, at its time.
  std::vector<Message> reach(const DeadlineSet& set) {
    now = std::max(now, set.at);
    return give(DeadlineReached{set.target, set.name, set.at});
  }

  void pass(std::int64_t ms) { now = now + ms * ns_per_ms; }

 private:
  std::uint64_t resolutions_ = 0;

  static Side side_of(Quantity quantity) { return quantity > Quantity{} ? Side::buy : Side::sell; }
  static BatchId batch(const char* product, BatchKind kind = BatchKind::shared) { return {ProductId(product), kind, 1}; }
};

}  // namespace tally::test
