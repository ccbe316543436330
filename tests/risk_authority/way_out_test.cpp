// What only closes passes, whatever else holds; and what was denied never takes a closing part with it.
#include <rapidcheck.h>

#include "tests/catch.hpp"
#include "tests/risk_authority/account.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::int64_t up_to(std::int64_t most) { return *rc::gen::inRange<std::int64_t>(0, most + 1); }
bool maybe() { return *rc::gen::arbitrary<bool>(); }

// Limits of any tightness, some of them missing.
RiskLimits any_limits() {
  RiskLimits limits = generous();
  if (maybe()) limits.position_max = Quantity::whole(up_to(20));
  if (maybe()) limits.order_quantity_max = Quantity::whole(up_to(20));
  if (maybe()) limits.order_notional_max = Money::whole(up_to(2'000));
  if (maybe()) limits.gross_notional_max = Money::whole(up_to(2'000));
  if (maybe()) limits.leverage_max = Ratio::from_units(up_to(2'000'000'000));
  if (maybe()) limits.drawdown_max = Ratio::from_units(up_to(10'000'000));
  if (maybe()) limits.daily_loss_max = Money::whole(up_to(50));
  if (maybe()) limits.open_positions_max = up_to(2);
  if (maybe()) limits.position_max.reset();
  if (maybe()) limits.open_positions_max.reset();
  limits.sell_requires_long = maybe();
  limits.allow_short = maybe();
  limits.reserve_on_open = maybe();
  return limits;
}

// An account in any state of limits, halt, arming, loss and mark.
Account any_account() {
  Account account = Account::ready(generous(), Money::whole(1'000));
  if (maybe()) account.hold("BTC", maybe() ? 7 : -7, 100);
  if (maybe()) account.hold("BTC", maybe() ? 3 : -3, 100, "beta");
  account.set(any_limits());
  account.mark("BTC", 60 + up_to(80));
  if (maybe()) account.halt();
  if (maybe()) account.give(ShardStarted{"node", "build", account.now});
  if (maybe()) account.withdraw(Money::whole(up_to(1'500)));
  account.pass(up_to(400'000));
  return account;
}

std::int64_t sign() { return maybe() ? 1 : -1; }

struct Sums {
  Quantity buy;
  Quantity sell;
  void add(Quantity signed_quantity) {
    if (signed_quantity > Quantity{}) buy += signed_quantity;
    else sell -= signed_quantity;
  }
};

bool names(const std::vector<RiskRejected>& denials, const IntentId& intent) {
  return std::ranges::any_of(denials, [&](const RiskRejected& denial) {
    return std::ranges::binary_search(denial.intents, intent);
  });
}

}  // namespace

TEST_CASE("A batch that only closes passes whole under every limit, missing limit, halt and disarm") {
  REQUIRE(rc::check("closings pass", [] {
    Account account = any_account();
    const char* product = maybe() ? "BTC" : "NEVER-SEEN";
    std::vector<Wish> wishes;
    Sums asked;
    for (std::int64_t i = 0; i <= up_to(4); ++i) {
      wishes.push_back({sign() * (1 + up_to(50)), 0});
      asked.add(Quantity::whole(wishes.back().close));
    }
    NettingBatchFormed batch = account.batch(product, wishes, maybe() ? BatchKind::shared : BatchKind::withdrawal);
    account.pass(up_to(20'000));
    const auto decided = account.give(batch);
    RC_ASSERT(!has<RiskRejected>(decided));
    const RiskApproved approved = only<RiskApproved>(decided);
    RC_ASSERT(approved.scope == ApprovalScope::whole);
    RC_ASSERT(approved.buy == asked.buy);
    RC_ASSERT(approved.sell == asked.sell);
    RC_ASSERT(approved.expires_at == Time{});
    return true;
  }));
}

TEST_CASE("What is approved is exactly the closings and the openings that no rejection names") {
  REQUIRE(rc::check("approved = asked - denied", [] {
    Account account = any_account();
    std::vector<Wish> wishes;
    for (std::int64_t i = 0; i <= up_to(6); ++i) {
      const std::int64_t side = sign();
      wishes.push_back({side * up_to(5), side * up_to(9)});
    }
    const auto decided = account.judge("BTC", wishes);
    const auto denials = all_of<RiskRejected>(decided);
    Sums approved;
    bool opens = false;
    bool asked_any = false;
    for (const BatchRow& row : account.last.rows) {
      approved.add(row.close);
      asked_any |= row.open != Quantity{};
      if (row.open == Quantity{} || names(denials, row.intent)) continue;
      approved.add(row.open);
      opens = true;
    }
    for (const RiskRejected& denial : denials)
      for (const IntentId& intent : denial.intents) {
        const auto row = std::ranges::find(account.last.rows, intent, &BatchRow::intent);
        RC_ASSERT(row->open != Quantity{});
      }
    const auto approvals = all_of<RiskApproved>(decided);
    const bool anything = approved.buy > Quantity{} || approved.sell > Quantity{};
    RC_ASSERT(approvals.size() == (anything || !asked_any ? 1u : 0u));
    if (approvals.empty()) return true;
    RC_ASSERT(approvals[0].buy == approved.buy);
    RC_ASSERT(approvals[0].sell == approved.sell);
    RC_ASSERT((approvals[0].scope == ApprovalScope::whole) == (opens || !asked_any));
    RC_ASSERT((approvals[0].expires_at != Time{}) == opens);
    return true;
  }));
}

TEST_CASE("With any limit missing no opening passes") {
  REQUIRE(rc::check("a missing limit denies", [] {
    RiskLimits limits = generous();
    switch (up_to(7)) {
      case 0: limits.position_max.reset(); break;
      case 1: limits.order_quantity_max.reset(); break;
      case 2: limits.order_notional_max.reset(); break;
      case 3: limits.gross_notional_max.reset(); break;
      case 4: limits.leverage_max.reset(); break;
      case 5: limits.drawdown_max.reset(); break;
      case 6: limits.daily_loss_max.reset(); break;
      default: limits.open_positions_max.reset();
    }
    Account account = Account::ready(limits);
    const auto decided = account.judge("BTC", {{0, sign() * (1 + up_to(5))}, {sign() * up_to(5), 0}});
    RC_ASSERT(only<RiskRejected>(decided).rule == RuleId("LIMIT_MISSING"));
    for (const RiskApproved& approved : all_of<RiskApproved>(decided)) RC_ASSERT(approved.scope == ApprovalScope::closing);
    return true;
  }));
}
