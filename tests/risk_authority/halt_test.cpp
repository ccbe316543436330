// Halts, re-arming, limits as events, arming by reconciliation, the reject-rate alert.
#include "tests/catch.hpp"
#include "tests/risk_authority/account.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string refused(const std::vector<Message>& decided) {
  const auto denials = all_of<CommandDenied>(decided);
  return denials.empty() ? "" : std::string(denials.at(0).rule.text());
}

}  // namespace

TEST_CASE("A halt stops openings, lets closings go on, and outlives a restart") {
  Account account = Account::ready();
  account.hold("BTC", 5, 100);
  const TradingHalted halted = only<TradingHalted>(account.halt("strange fills"));
  CHECK(halted.rule == RuleId("TRADING_HALTED"));
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "TRADING_HALTED");
  CHECK(only<RiskRejected>(account.judge("BTC", {{0, 1}})).reason == "Openings are halted by ada: strange fills");
  CHECK(only<RiskApproved>(account.judge("BTC", {{-5, 0}})).scope == ApprovalScope::whole);
  account.give(ShardStarted{"node", "build", account.now});
  account.give(ReconciliationCompleted{2, true, 0});
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "TRADING_HALTED");
}

TEST_CASE("Re-arming takes a request and the confirmation of its number") {
  Account account = Account::ready();
  SECTION("there must be something to re-arm") {
    CHECK(refused(account.request_rearm()) == "NOT_HALTED");
    CHECK(refused(account.confirm_rearm(1)) == "REARM_NOT_REQUESTED");
  }
  account.halt();
  CHECK(refused(account.halt()) == "ALREADY_HALTED");
  CHECK(refused(account.confirm_rearm(1)) == "REARM_NOT_REQUESTED");
  const auto request = only<RearmRequested>(account.request_rearm()).request;
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "TRADING_HALTED");

  SECTION("a wrong number is refused and the right one still works, for the same operator too") {
    CHECK(refused(account.confirm_rearm(request + 1)) == "REARM_REQUEST_DIFFERS");
    CHECK(only<TradingRearmed>(account.confirm_rearm(request)).request == request);
    CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
    CHECK(refused(account.confirm_rearm(request)) == "REARM_NOT_REQUESTED");
  }
  SECTION("a newer request replaces the older") {
    const auto newer = only<RearmRequested>(account.request_rearm("bob")).request;
    CHECK(newer == request + 1);
    CHECK(refused(account.confirm_rearm(request)) == "REARM_REQUEST_DIFFERS");
    CHECK(has<TradingRearmed>(account.confirm_rearm(newer)));
  }
  SECTION("a halt in between voids the request") {
    RiskLimits limits = generous();
    limits.daily_loss_max = Money::whole(10);
    account.set(limits);
    account.give(OrderFilled{ClientOrderId("x"),
                             BatchId{ProductId("BTC"), {}, 99},
                             {},
                             Side::buy,
                             Quantity::whole(1),
                             Price::whole(100),
                             Money::whole(11),
                             Quantity::whole(1),
                             {},
                             account.now});
    CHECK(has<TradingHalted>(account.mark("BTC", 100)));
    CHECK(refused(account.confirm_rearm(request)) == "REARM_NOT_REQUESTED");
  }
  SECTION("commands without an operator are refused") {
    CHECK(refused(account.request_rearm("")) == "OPERATOR_MISSING");
    CHECK(refused(account.confirm_rearm(request, "")) == "OPERATOR_MISSING");
    CHECK(refused(account.give(HaltTrading{account.next_key(), {}, "why"})) == "OPERATOR_MISSING");
    CHECK(refused(account.give(ChangeLimits{account.next_key(), {}, generous()})) == "OPERATOR_MISSING");
  }
}

TEST_CASE("An input set aside unread halts openings until they are re-armed") {
  Account account = Account::ready();
  account.hold("BTC", 5, 100);
  const EntityRef book{EntityKind::netting_book, Symbol("BTC")};
  const auto stopped = account.give(EntityStopped{book, 7, 3, "a broken law", {7}});
  CHECK(only<AlertTriggered>(stopped).rule == RuleId("ENTITY_STOPPED"));
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");  // its inputs wait: nothing is lost yet

  const auto aside = account.give(InputQuarantined{book, 7, "a broken law"});
  CHECK(only<TradingHalted>(aside).rule == RuleId("INPUT_QUARANTINED"));
  CHECK(account.give(InputQuarantined{book, 8, "another"}).empty());  // halted already
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "INPUT_QUARANTINED");
  CHECK(only<RiskApproved>(account.judge("BTC", {{-5, 0}})).scope == ApprovalScope::whole);

  account.confirm_rearm(only<RearmRequested>(account.request_rearm()).request);
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
}

TEST_CASE("A command that is sent again with its key changes nothing") {
  Account account = Account::ready();
  const HaltTrading halt{account.next_key(), OperatorId("ada"), "why"};
  CHECK(has<TradingHalted>(account.give(halt)));
  CHECK(account.give(halt).empty());
  const RequestRearm request{account.next_key(), OperatorId("ada"), "seen"};
  CHECK(only<RearmRequested>(account.give(request)).request == 1);
  CHECK(account.give(request).empty());
  const ConfirmRearm confirm{account.next_key(), OperatorId("ada"), 1};
  CHECK(has<TradingRearmed>(account.give(confirm)));
  CHECK(account.give(confirm).empty());
  const ChangeLimits change{account.next_key(), OperatorId("ada"), generous()};
  CHECK(only<LimitsChanged>(account.give(change)).version == 2);
  CHECK(account.give(change).empty());
}

TEST_CASE("Limits change as versioned events, and senseless ones are refused by name") {
  Account account = Account::ready();
  struct Row {
    const char* name;
    void (*spoil)(RiskLimits&);
  };
  const Row rows[] = {
      {"position_max is negative", [](RiskLimits& l) { l.position_max = Quantity::whole(-1); }},
      {"order_quantity_max is negative", [](RiskLimits& l) { l.order_quantity_max = Quantity::from_units(-1); }},
      {"order_notional_max is negative", [](RiskLimits& l) { l.order_notional_max = Money::from_units(-1); }},
      {"gross_notional_max is negative", [](RiskLimits& l) { l.gross_notional_max = Money::whole(-1); }},
      {"leverage_max is negative", [](RiskLimits& l) { l.leverage_max = Ratio::whole(-1); }},
      {"drawdown_max is negative", [](RiskLimits& l) { l.drawdown_max = Ratio::whole(-1); }},
      {"daily_loss_max is negative", [](RiskLimits& l) { l.daily_loss_max = Money::whole(-1); }},
      {"open_positions_max is negative", [](RiskLimits& l) { l.open_positions_max = -1; }},
      {"reservation_ttl_ms is below 1", [](RiskLimits& l) { l.reservation_ttl_ms = 0; }},
      {"mark_age_ms_max is below 1", [](RiskLimits& l) { l.mark_age_ms_max = -5; }},
      {"reject_alert_count is below 1", [](RiskLimits& l) { l.reject_alert_count = 0; }},
      {"reject_alert_count is above 10000", [](RiskLimits& l) { l.reject_alert_count = 10'001; }},
      {"reject_alert_window_ms is below 1", [](RiskLimits& l) { l.reject_alert_window_ms = 0; }},
  };
  for (const Row& row : rows) {
    RiskLimits limits = generous();
    row.spoil(limits);
    const auto decided = account.give(ChangeLimits{account.next_key(), OperatorId("ada"), limits});
    CHECK(refused(decided) == "LIMIT_INVALID");
    CHECK(only<CommandDenied>(decided).reason == std::string(row.name) + ".");
  }
  CHECK(account.state().limits_version == 1);
  RiskLimits zero = generous();
  zero.position_max = Quantity{};
  CHECK(only<LimitsChanged>(account.give(ChangeLimits{account.next_key(), OperatorId("bob"), zero})).version == 2);
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "POSITION_LIMIT_EXCEEDED");
}

TEST_CASE("Openings are disarmed from the start until the first clean comparison, and by every start again") {
  Account account;
  account.set(generous());
  account.deposit(Money::whole(1'000'000));
  account.mark("BTC", 100);
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "NOT_RECONCILED");
  account.give(ReconciliationCompleted{1, false, 2});
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "NOT_RECONCILED");
  account.give(ReconciliationCompleted{2, true, 0});
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
  account.give(ReconciliationCompleted{3, false, 1});   // drift shows on its own line; it disarms nobody
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "");
  account.give(ShardStarted{"node", "build", account.now});
  CHECK(denied_by(account.judge("BTC", {{0, 1}})) == "NOT_RECONCILED");
}

TEST_CASE("Many rejections in a short time raise one alert a window") {
  RiskLimits limits = generous();
  limits.reject_alert_count = 3;
  limits.reject_alert_window_ms = 1'000;
  limits.order_quantity_max = Quantity::whole(1);
  Account account = Account::ready(limits);
  const auto deny = [&] { return has<AlertTriggered>(account.judge("BTC", {{0, 5, "a"}, {0, 5, "b"}})); };
  const auto venue_rejects = [&] { return has<AlertTriggered>(account.refuse(account.last.batch)); };

  CHECK_FALSE(deny());
  CHECK_FALSE(venue_rejects());
  const auto decided = account.judge("BTC", {{0, 5, "a"}, {0, 5, "b"}});   // two intents, one batch, one rejection
  const AlertTriggered alert = only<AlertTriggered>(decided);
  CHECK(alert.rule == RuleId("REJECT_RATE"));
  CHECK(alert.text == "3 rejections within 1000 ms.");
  CHECK_FALSE(deny());                // once per window
  account.pass(999);
  CHECK_FALSE(deny());
  account.pass(1);
  CHECK_FALSE(deny());                // a new window, but only two of the last second
  CHECK(venue_rejects());
  CHECK(account.state().rejections.size() <= 3);
  account.pass(5'000);
  CHECK_FALSE(deny());
  account.pass(600);
  CHECK_FALSE(deny());
  account.pass(600);
  CHECK_FALSE(deny());                // three, but spread over more than the window
}

TEST_CASE("A batch that two rules deny counts as one rejection") {
  RiskLimits limits = generous();
  limits.order_quantity_max = Quantity::whole(1);
  limits.allow_short = false;
  Account account = Account::ready(limits);
  CHECK(all_of<RiskRejected>(account.judge("BTC", {{0, 5, "a"}, {0, -1, "b"}})).size() == 2);
  CHECK(account.state().rejections.size() == 1);
}
