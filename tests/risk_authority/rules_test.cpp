// Every rule of the table, alone and against every other.
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/risk_authority/account.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// An opening sell of 10 BTC at 100 on an account that lost a little, changed until a rule is broken.
struct Situation {
  RiskLimits limits = generous();
  bool armed = true;
  bool halted = false;
  bool quarantined = false;
  std::int64_t price = 100;
  std::int64_t mark_age_ms = 0;
  std::int64_t batch_age_ms = 0;
};

struct Break {
  const char* rule;
  void (*apply)(Situation&);
};

const Break breaks[] = {
    {"NOT_RECONCILED", [](Situation& s) { s.armed = false; }},
    {"TRADING_HALTED", [](Situation& s) { s.halted = true; }},
    {"INPUT_QUARANTINED", [](Situation& s) { s.quarantined = true; }},
    {"LIMIT_MISSING", [](Situation& s) { s.limits.open_positions_max.reset(); }},
    {"MARK_MISSING", [](Situation& s) { s.price = 0; }},
    {"MARK_STALE", [](Situation& s) { s.mark_age_ms = s.limits.mark_age_ms_max + 1; }},
    {"STALE", [](Situation& s) { s.batch_age_ms = batch_age_ms_max + 1; }},
    {"ORDER_QUANTITY_EXCEEDED", [](Situation& s) { s.limits.order_quantity_max = quantity("9.999999999"); }},
    {"ORDER_NOTIONAL_EXCEEDED", [](Situation& s) { s.limits.order_notional_max = money("999.999999999999999999"); }},
    {"POSITION_LIMIT_EXCEEDED", [](Situation& s) { s.limits.position_max = quantity("9.999999999"); }},
    {"GROSS_NOTIONAL_EXCEEDED", [](Situation& s) { s.limits.gross_notional_max = money("1049.999999999999999999"); }},
    {"LEVERAGE_EXCEEDED", [](Situation& s) { s.limits.leverage_max = Ratio::parse("0.001"); }},
    {"DRAWDOWN_EXCEEDED", [](Situation& s) { s.limits.drawdown_max = Ratio{}; }},
    {"DAILY_LOSS_EXCEEDED", [](Situation& s) { s.limits.daily_loss_max = money("0.5"); }},
    {"OPEN_LIMIT_EXCEEDED",
     [](Situation& s) { s.limits.open_positions_max = s.limits.open_positions_max ? std::optional(1l) : std::nullopt; }},
    {"NO_OPEN_POSITION", [](Situation& s) { s.limits.allow_short = false; }},
};

// ETH is held: 1 bought at 50 for a fee of 1, so equity is 999999 of 1000000, and 50 of notional are open.
std::vector<Message> judged(const Situation& situation) {
  Account account = Account::ready();
  account.mark("ETH", 50);
  account.judge("ETH", {{0, 1}});
  account.command(account.last.batch, Quantity::whole(1));
  account.fill(account.last.batch, Quantity::whole(1), 50, {}, Money::whole(1));
  if (!situation.armed) account.give(ShardStarted{"node", "build", account.now});
  account.set(situation.limits);
  if (situation.halted) account.halt();
  if (situation.quarantined) account.give(InputQuarantined{{EntityKind::signal, Symbol("BTC")}, 1, "a broken law"});
  account.pass(situation.mark_age_ms);
  account.pass(situation.batch_age_ms);
  const char* product = situation.price == 0 ? "NEW" : "BTC";
  NettingBatchFormed batch = account.batch(product, {{0, -10}});
  if (situation.mark_age_ms == 0) batch.mark_at = account.now;
  batch.formed_at = account.now + -situation.batch_age_ms * ns_per_ms;
  if (situation.price == 0) batch.mark = {}, batch.mark_at = {};
  return account.give(batch);
}

bool is_rule(std::string_view id) {
  return std::ranges::any_of(opening_rules(), [&](const OpeningRule& rule) { return rule.id == id; });
}

std::size_t precedence(std::string_view id) {
  std::size_t place = 0;
  while (opening_rules()[place].id != id) ++place;
  return place;
}

}  // namespace

TEST_CASE("An opening that breaks no rule is approved whole, and reserved until it expires") {
  const auto decided = judged({});
  const RiskApproved approved = only<RiskApproved>(decided);
  CHECK(denied_by(decided) == "");
  CHECK(approved.scope == ApprovalScope::whole);
  CHECK(approved.sell == Quantity::whole(10));
  CHECK(approved.buy == Quantity{});
  CHECK(approved.limits_version == 2);
  CHECK(approved.expires_at.ns > 0);
}

TEST_CASE("Each rule alone denies the opening by its name, in English, naming the intents") {
  for (const Break& broken : breaks) {
    INFO(broken.rule);
    REQUIRE(is_rule(broken.rule));
    Situation situation;
    broken.apply(situation);
    const auto decided = judged(situation);
    REQUIRE(denied_by(decided) == broken.rule);
    const RiskRejected rejected = only<RiskRejected>(decided);
    CHECK(rejected.intents.size() == 1);
    CHECK(rejected.reason.size() > 20);
    CHECK(rejected.reason.back() != ' ');
    CHECK_FALSE(has<RiskApproved>(decided));
  }
}

TEST_CASE("Of two broken rules the one that stands first in the table is named") {
  for (const Break& one : breaks)
    for (const Break& other : breaks) {
      if (&one >= &other) continue;
      // A sell where shorts are not allowed is not counted by the open limit, so these two cannot meet on one row.
      if (std::string_view(one.rule) == "OPEN_LIMIT_EXCEEDED") continue;
      INFO(one.rule << " and " << other.rule);
      Situation situation;
      one.apply(situation);
      other.apply(situation);
      const bool first = precedence(one.rule) < precedence(other.rule);
      CHECK(denied_by(judged(situation)) == (first ? one.rule : other.rule));
    }
}

TEST_CASE("The tests break every rule that a batch can break, in the table's order") {
  std::vector<std::string_view> broken;
  for (const Break& one : breaks) broken.emplace_back(one.rule);
  broken.emplace_back("MEASURE_OVERFLOW");
  std::vector<std::string_view> table;
  for (const OpeningRule& rule : opening_rules()) table.push_back(rule.id);
  CHECK(broken == table);
}

TEST_CASE("Exactly at a limit an opening passes") {
  Situation situation;
  situation.limits.order_quantity_max = quantity("10");
  situation.limits.order_notional_max = money("1000");
  situation.limits.position_max = quantity("10");
  situation.limits.gross_notional_max = money("1050");
  situation.limits.daily_loss_max = money("1");
  situation.limits.open_positions_max = 2;
  situation.mark_age_ms = situation.limits.mark_age_ms_max;
  CHECK(denied_by(judged(situation)) == "");
}

TEST_CASE("Each limit that is not set denies an opening and is named") {
  const auto names_it = [](const char* name, auto member) {
    Situation situation;
    (situation.limits.*member).reset();
    const RiskRejected rejected = only<RiskRejected>(judged(situation));
    CHECK(rejected.rule.text() == "LIMIT_MISSING");
    CHECK(rejected.reason.find(name) != std::string::npos);
  };
  boost::mp11::mp_for_each<boost::describe::describe_members<RiskLimits, boost::describe::mod_public>>([&](auto member) {
    using Value = std::remove_cvref_t<decltype(std::declval<RiskLimits>().*member.pointer)>;
    if constexpr (requires(Value value) { value.reset(); }) names_it(member.name, member.pointer);
  });
  Account account = Account::ready(RiskLimits{});
  const std::string reason = only<RiskRejected>(account.judge("BTC", {{0, 1}})).reason;
  CHECK(reason == "An opening needs every limit; not set: position_max, order_quantity_max, order_notional_max, "
                  "gross_notional_max, leverage_max, drawdown_max, daily_loss_max, open_positions_max.");
}

TEST_CASE("A measure that cannot be computed is beyond every limit, and nothing is thrown") {
  RiskLimits limits = generous();
  limits.order_quantity_max = Quantity::from_units(INT64_MAX);
  limits.position_max = Quantity::from_units(INT64_MAX);
  Account account = Account::ready(limits);
  NettingBatchFormed batch = account.batch("BTC", {{0, 9'000'000'000}});
  batch.mark = Price::whole(9'000'000'000);
  batch.multiplier = 1'000'000;
  CHECK(denied_by(account.give(batch)) == "MEASURE_OVERFLOW");
}

TEST_CASE("Only the direction that offends is denied, and the ladder begins again with what is left") {
  RiskLimits limits = generous();
  limits.position_max = Quantity::whole(10);
  Account account = Account::ready(limits);

  SECTION("a net buy beyond the limit denies the buys; the sells then stand alone and pass") {
    const auto decided = account.judge("BTC", {{0, 20, "a"}, {0, -5, "b"}});
    const RiskRejected rejected = only<RiskRejected>(decided);
    CHECK(rejected.rule.text() == "POSITION_LIMIT_EXCEEDED");
    REQUIRE(rejected.intents.size() == 1);
    CHECK(rejected.intents[0].subscription == SubscriptionId("a"));
    const RiskApproved approved = only<RiskApproved>(decided);
    CHECK(approved.scope == ApprovalScope::whole);
    CHECK(approved.buy == Quantity{});
    CHECK(approved.sell == Quantity::whole(5));
  }
  SECTION("where the rest offends too, both are denied in one fact of that rule") {
    const auto decided = account.judge("BTC", {{0, 40, "a"}, {0, -25, "b"}});
    const RiskRejected rejected = only<RiskRejected>(decided);
    CHECK(rejected.rule.text() == "POSITION_LIMIT_EXCEEDED");
    CHECK(rejected.intents.size() == 2);
    CHECK_FALSE(has<RiskApproved>(decided));
  }
  SECTION("two openings that net within the limit pass together") {
    CHECK(denied_by(account.judge("BTC", {{0, 40, "a"}, {0, -35, "b"}})) == "");
  }
  SECTION("different rules for the two directions are two facts, buys' and sells'") {
    limits.allow_short = false;
    account.set(limits);
    const auto decided = account.judge("BTC", {{0, 40, "a"}, {0, -3, "b"}});
    const auto denials = all_of<RiskRejected>(decided);
    REQUIRE(denials.size() == 2);
    CHECK(denials[0].rule.text() == "POSITION_LIMIT_EXCEEDED");
    CHECK(denials[1].rule.text() == "NO_OPEN_POSITION");
  }
  SECTION("an intent that closes and opens keeps its closing part") {
    account.hold("BTC", 4, 100);
    const auto decided = account.judge("BTC", {{-4, -50, "a"}});
    CHECK(denied_by(decided) == "POSITION_LIMIT_EXCEEDED");
    const RiskApproved approved = only<RiskApproved>(decided);
    CHECK(approved.scope == ApprovalScope::closing);
    CHECK(approved.sell == Quantity::whole(4));
    CHECK(approved.expires_at == Time{});
  }
}

TEST_CASE("An opening that makes the account's position smaller is no offence against size") {
  RiskLimits limits = generous();
  Account account = Account::ready(limits);
  account.hold("BTC", 100, 100, "alpha");
  limits.position_max = Quantity::whole(10);
  limits.gross_notional_max = Money::whole(10);
  limits.leverage_max = Ratio::parse("0.000001");
  account.set(limits);
  CHECK(denied_by(account.judge("BTC", {{0, -20, "b", "beta"}})) == "");
  CHECK(denied_by(account.judge("BTC", {{0, 1, "b", "beta"}})) == "POSITION_LIMIT_EXCEEDED");
}

TEST_CASE("A batch that was judged is not judged again") {
  Account account = Account::ready();
  const NettingBatchFormed batch = account.batch("BTC", {{0, 1}});
  CHECK(has<RiskApproved>(account.give(batch)));
  CHECK(account.give(batch).empty());
  account.halt();
  const NettingBatchFormed denied = account.batch("BTC", {{0, 1}});
  CHECK(has<RiskRejected>(account.give(denied)));
  CHECK(account.give(denied).empty());
}

TEST_CASE("The page of risk rules is the table") {
  std::ifstream file(TALLY_SOURCE_DIR "/docs/risk-rules.md");
  std::stringstream page;
  page << file.rdbuf();
  CHECK(page.str() == rules_page());
}
