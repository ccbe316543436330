#include <cstdlib>

#include "actors/topology.hpp"
#include "tests/account/history.hpp"
#include "tests/account/laws.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::account;

namespace {

using Ledgers = std::map<std::string, std::vector<std::byte>>;

// The ledgers of everybody but `investor`: their own states and those of their subscriptions.
Ledgers ledgers_of_others(History& history, InvestorId investor) {
  Ledgers bytes;
  for (const InvestorId& other : history.investors())
    if (other != investor)
      bytes["investor " + std::string(other.text())] =
          history.rig.host().cell({EntityKind::investor, other.symbol()}).state_bytes();
  for (const SubscriptionId& id : history.subscriptions())
    if (history.rig.state<Subscription>(id.text()).investor != investor)
      bytes["subscription " + std::string(id.text())] =
          history.rig.host().cell({EntityKind::subscription, id.symbol()}).state_bytes();
  return bytes;
}

bool answered(const Stage& rig, const IdempotencyKey& key) {
  for (const WithdrawalSettled& settled : rig.all<WithdrawalSettled>())
    if (settled.key == key) return true;
  for (const CommandDenied& denied : rig.all<CommandDenied>())
    if (denied.key == key) return true;
  return false;
}

// The venue fills every order that waits, whole, at the mark.
void fill_everything(History& history) {
  Stage& rig = history.rig;
  for (; !rig.to_venue.empty(); rig.to_venue.pop_front()) {
    const auto* order = std::get_if<OrderCommanded>(&rig.to_venue.front());
    if (!order) continue;
    CHECK(order->batch.kind == BatchKind::withdrawal);
    const OrderCommanded command = *order;
    rig.venue.take(command);
    rig.submit(OrderSendReported{command.order, SendOutcome::sent, ""});
    for (const ProductDefined& product : history.products())
      if (product.product == command.batch.product)
        rig.submit(
            rig.venue.fill(command.order, command.quantity, rig.market.at(product.product).mark, product.multiplier, rig.now));
  }
}

}  // namespace

TEST_CASE("An investor's withdrawal touches nobody else's ledger, not by a byte, however much of the position it takes") {
  const char* only = std::getenv("TALLY_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 500'001, count = only ? 1 : 150;
  std::uint64_t reductions = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    INFO("TALLY_SEED=" << seed);
    HistoryOptions quiet;
    quiet.drifts = false;
    History history(seed, quiet);
    for (int step = 0; step < 250; ++step) history.step();
    history.settle();
    const InvestorId investor = history.investors()[seed % history.investors().size()];
    const Ledgers earlier = ledgers_of_others(history, investor);
    const std::uint64_t intents = history.rig.all<IntentCreated>().size();
    history.rig.submit(WithdrawFunds{IdempotencyKey("out"), investor, Money::whole(10'000'000), true, one_cent});
    fill_everything(history);
    const Ledgers later = ledgers_of_others(history, investor);
    for (const auto& [who, bytes] : earlier) {
      INFO(who);
      REQUIRE(later.at(who) == bytes);
    }
    reductions += history.rig.all<IntentCreated>().size() - intents;
    Laws laws(history.rig);
    REQUIRE(laws.broken() == "");
    REQUIRE(answered(history.rig, IdempotencyKey("out")));
  }
  if (!only) CHECK(reductions > 50);
}
