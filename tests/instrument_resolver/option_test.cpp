// One option by rank, strike or delta, and every reason why none.
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "tests/instrument_resolver/chains.hpp"

using namespace tally;
using namespace tally::instruments;
using namespace tally::instruments::test;

TEST_CASE("Calls count out of the money upwards, puts downwards") {
  CHECK(answer(chain(), rule("atm")) == "ABC-2014-06-21-C-100");
  CHECK(answer(chain(), rule("otm:1")) == "ABC-2014-06-21-C-105");
  CHECK(answer(chain(), rule("itm:2")) == "ABC-2014-06-21-C-90");
  CHECK(answer(chain(), rule("atm", Right::put)) == "ABC-2014-06-21-P-100");
  CHECK(answer(chain(), rule("otm:1", Right::put)) == "ABC-2014-06-21-P-95");
  CHECK(answer(chain(), rule("itm:2", Right::put)) == "ABC-2014-06-21-P-110");
  CHECK(answer(chain(), rule("otm:3")) == "RANK_NOT_LISTED");
}

TEST_CASE("Of two strikes equally near the lower one is at the money, or the higher, or none") {
  OptionChain between = chain();
  between.underlying_price = price("102.5");
  OptionRule asked = rule("atm");
  CHECK(answer(between, asked) == "ABC-2014-06-21-C-100");
  asked.ties = Ties::higher;
  CHECK(answer(between, asked) == "ABC-2014-06-21-C-105");
  asked.ties = Ties::reject;
  CHECK(answer(between, asked) == "AMBIGUOUS");
  between.underlying_price = price("102.500000001");
  CHECK(answer(between, asked) == "ABC-2014-06-21-C-105");
}

TEST_CASE("A rank counts the strikes of the expiry, whichever right lists them") {
  OptionChain gap = chain();
  std::erase_if(gap.rows, [](const OptionRow& row) { return row.right == Right::call && row.strike == Price::whole(105); });
  CHECK(answer(gap, rule("otm:1")) == "RANK_NOT_LISTED");
  CHECK(answer(gap, rule("otm:2")) == "ABC-2014-06-21-C-110");
}

TEST_CASE("A filter refuses the choice, and moves it only where farther ones are allowed") {
  OptionChain thin = chain();
  row_of(thin, june, Right::call, 105).open_interest = contracts(99);
  CHECK(answer(thin, rule("otm:1")) == "OPEN_INTEREST_TOO_LOW");
  CHECK(answer(thin, rule("otm:1+")) == "ABC-2014-06-21-C-110");
  row_of(thin, june, Right::call, 110).ask = price("9");
  CHECK(answer(thin, rule("otm:1+")) == "NONE_PASSES");
  CHECK(resolve(thin, rule("otm:1+")).reason.find("ABC-2014-06-21-C-105, open interest is 99, below 100") != std::string::npos);
  CHECK(answer(thin, rule("itm:1+")) == "ABC-2014-06-21-C-95");
  row_of(thin, june, Right::call, 95).bid.reset();
  CHECK(answer(thin, rule("itm:1+")) == "ABC-2014-06-21-C-90");
  CHECK(answer(thin, rule("atm+")) == "ABC-2014-06-21-C-100");
}

TEST_CASE("The nearest strike and the nearest delta, puts by the size of theirs") {
  OptionRule asked = rule("atm");
  asked.choice = ByStrike{price("97.6"), {}};
  CHECK(answer(chain(), asked) == "ABC-2014-06-21-C-100");
  asked.choice = ByStrike{price("97.5"), {}};
  CHECK(answer(chain(), asked) == "ABC-2014-06-21-C-95");
  asked.ties = Ties::reject;
  CHECK(answer(chain(), asked) == "AMBIGUOUS");
  asked.choice = ByStrike{price("1000"), price("100")};
  CHECK(answer(chain(), asked) == "TOO_FAR");

  asked.choice = ByDelta{ratio("0.31"), {}};
  CHECK(answer(chain(), asked) == "ABC-2014-06-21-C-105");
  asked.right = Right::put;
  CHECK(answer(chain(), asked) == "ABC-2014-06-21-P-95");
  asked.choice = ByDelta{ratio("0.4"), {}};
  CHECK(answer(chain(), asked) == "AMBIGUOUS");
  asked.ties = Ties::lower;
  CHECK(answer(chain(), asked) == "ABC-2014-06-21-P-95");
  asked.choice = ByDelta{ratio("1"), ratio("0.05")};
  CHECK(answer(chain(), asked) == "TOO_FAR");
}

TEST_CASE("A contract without a delta is not chosen by it, and an expiry with too few of them is refused") {
  OptionChain some = chain();
  OptionRule asked = rule("atm");
  asked.choice = ByDelta{ratio("0.3"), {}};
  row_of(some, june, Right::call, 105).greeks.delta.reset();
  CHECK(answer(some, asked) == "ABC-2014-06-21-C-100");  // 0.5, and 110 has 0.1
  asked.ties = Ties::reject;
  CHECK(answer(some, asked) == "AMBIGUOUS");
  asked.ties = Ties::higher;
  CHECK(answer(some, asked) == "ABC-2014-06-21-C-110");
  asked.completeness.greeks_min = ratio("0.8");  // four of five
  CHECK(answer(some, asked) == "ABC-2014-06-21-C-110");
  asked.completeness.greeks_min = ratio("0.800000001");
  CHECK(answer(some, asked) == "GREEKS_MISSING");
  asked.completeness.greeks_min = Ratio{};
  for (OptionRow& row : some.rows) row.greeks.delta.reset();
  CHECK(answer(some, asked) == "GREEKS_MISSING");
}

TEST_CASE("The spread is a share of the middle, compared without rounding") {
  OptionChain quoted = chain();
  OptionRow& row = row_of(quoted, june, Right::call, 100);
  row.bid = price("1.9");
  row.ask = price("2.1");
  CHECK(answer(quoted, rule("atm")) == "ABC-2014-06-21-C-100");  // 0.2 of 2: exactly 0.1
  row.ask = price("2.100000001");
  CHECK(answer(quoted, rule("atm")) == "SPREAD_TOO_WIDE");
  row.bid = row.ask = Price::from_units(INT64_MAX);
  CHECK(answer(quoted, rule("atm")) == "ABC-2014-06-21-C-100");
}

TEST_CASE("Every rejection has its situation, and its own rule") {
  using Change = std::function<void(OptionChain&, OptionRule&)>;
  const auto at_money = [](OptionChain& chain) -> OptionRow& { return row_of(chain, june, Right::call, 100); };
  const std::vector<std::pair<const char*, Change>> situations = {
      {"RULE_INVALID", [](auto&, auto& rule) { rule.choice = ByDelta{ratio("1.01"), {}}; }},
      {"RULE_INVALID", [](auto&, auto& rule) { rule.choice = ByStrike{Price{}, {}}; }},
      {"RULE_INVALID", [](auto&, auto& rule) { rule.expiry.days_min = -1; }},
      {"RULE_INVALID", [](auto&, auto& rule) { rule.liquidity.spread_max = ratio("-0.1"); }},
      {"RULE_INVALID", [](auto&, auto& rule) { rule.completeness.quoted_min = ratio("1.1"); }},
      {"LOOKS_AHEAD", [&](auto& chain, auto&) { at_money(chain).quoted_at = noon + 1; }},
      {"LOOKS_AHEAD", [](auto& chain, auto&) { chain.underlying_at = noon + 1; }},
      {"UNDERLYING_MISSING", [](auto& chain, auto&) { chain.underlying_price.reset(); }},
      {"UNDERLYING_MISSING", [](auto& chain, auto&) { chain.underlying_price = Price{}; }},
      {"UNDERLYING_STALE",
       [](auto& chain, auto& rule) { chain.underlying_at = noon + (-rule.underlying_age_ms_max * ns_per_ms - 1); }},
      {"CHAIN_CONTRADICTORY", [](auto& chain, auto&) { chain.rows.push_back(chain.rows.back()); }},
      {"CHAIN_CONTRADICTORY", [&](auto& chain, auto&) { at_money(chain).strike = Price{}; }},
      {"CHAIN_CONTRADICTORY", [&](auto& chain, auto&) { at_money(chain).greeks.delta = ratio("-1.000000001"); }},
      {"CHAIN_INCOMPLETE", [](auto& chain, auto&) { chain.rows.clear(); }},
      {"CHAIN_INCOMPLETE", [](auto&, auto& rule) { rule.completeness.contracts_min = 21; }},
      {"CHAIN_INCOMPLETE", [](auto& chain, auto& rule) { rule.completeness.contracts_min = 11, chain.today = june + 1; }},
      {"CHAIN_INCOMPLETE", [](auto&, auto& rule) { rule.completeness.expiries_min = 3; }},
      {"CHAIN_INCOMPLETE",
       [&](auto& chain, auto& rule) { rule.completeness.quoted_min = ratio("1"), at_money(chain).quoted_at.reset(); }},
      {"EXPIRY_NOT_FOUND", [](auto&, auto& rule) { rule.expiry.days_min = 45; }},
      {"RANK_NOT_LISTED", [](auto&, auto& rule) { rule.choice = ByRank{3, false}; }},
      {"RANK_NOT_LISTED", [](auto& chain, auto& rule) {
         std::erase_if(chain.rows, [](const OptionRow& row) { return row.right == Right::call; });
         rule.choice = ByStrike{price("100"), {}};
       }},
      {"GREEKS_MISSING", [](auto& chain, auto& rule) {
         for (OptionRow& row : chain.rows) row.greeks.delta.reset();
         rule.choice = ByDelta{ratio("0.5"), {}};
       }},
      {"AMBIGUOUS", [](auto& chain, auto& rule) { chain.underlying_price = price("97.5"), rule.ties = Ties::reject; }},
      {"TOO_FAR", [](auto&, auto& rule) { rule.choice = ByStrike{price("111"), price("0.5")}; }},
      {"QUOTE_MISSING", [&](auto& chain, auto&) { at_money(chain).quoted_at.reset(); }},
      {"QUOTE_STALE", [](auto&, auto& rule) { rule.liquidity.quote_age_ms_max = 59'999; }},
      {"NOT_TWO_SIDED", [&](auto& chain, auto&) { at_money(chain).bid.reset(); }},
      {"NOT_TWO_SIDED", [&](auto& chain, auto&) { at_money(chain).ask.reset(); }},
      {"NOT_TWO_SIDED", [&](auto& chain, auto&) { at_money(chain).bid = Price{}; }},
      {"NOT_TWO_SIDED", [&](auto& chain, auto&) { at_money(chain).ask = price("1.99"); }},
      {"SPREAD_TOO_WIDE", [](auto&, auto& rule) { rule.liquidity.spread_max = ratio("0.04"); }},
      {"OPEN_INTEREST_TOO_LOW", [&](auto& chain, auto&) { at_money(chain).open_interest.reset(); }},
      {"VOLUME_TOO_LOW", [](auto&, auto& rule) { rule.liquidity.volume_min = contracts(21); }},
      {"NONE_PASSES", [](auto&, auto& rule) { rule.choice = ByRank{0, true}, rule.liquidity.spread_max = Ratio{}; }},
  };
  std::set<std::string_view> seen;
  for (const auto& [id, change] : situations) {
    OptionChain changed = chain();
    OptionRule asked = rule("atm");
    change(changed, asked);
    CHECK(answer(changed, asked) == id);
    seen.insert(id);
  }
  seen.insert({"PRICE_MISSING", "FIGURE_MISSING"});  // of futures: future_test.cpp
  CHECK(seen.size() == rejection_rules().size());
}

TEST_CASE("A choice without quotes asks for none") {
  OptionChain unquoted = chain();
  for (OptionRow& row : unquoted.rows) row.bid = row.ask = std::nullopt, row.quoted_at.reset();
  OptionRule asked = rule("otm:1");
  asked.liquidity = Liquidity();
  asked.liquidity.two_sided = false;
  CHECK(answer(unquoted, asked) == "ABC-2014-06-21-C-105");
  asked.liquidity.spread_max = ratio("0.5");
  CHECK(answer(unquoted, asked) == "QUOTE_MISSING");
}

TEST_CASE("The evidence names every contract of the expiry and right, with all that it fails") {
  OptionChain thin = chain();
  OptionRow& bad = row_of(thin, june, Right::put, 95);
  bad.bid.reset();
  bad.open_interest = contracts(3);
  const OptionResolution resolution = resolve(thin, rule("otm:1+", Right::put));
  REQUIRE(resolution.chosen);
  CHECK(resolution.chosen->row.strike == Price::whole(90));
  const OptionEvidence& seen = resolution.evidence;
  CHECK(seen.contracts == 20);
  CHECK(seen.quoted == 20);
  CHECK(seen.expiries == std::vector<Day>{june, july});
  CHECK(seen.expiry == june);
  CHECK(seen.at_the_money == Price::whole(100));
  REQUIRE(seen.considered.size() == 5);
  CHECK(seen.considered[1].rank == 1);
  CHECK(seen.considered[1].failed == std::vector{Rejected::not_two_sided, Rejected::open_interest_too_low});
  CHECK(seen.considered[4].rank == -2);
}

TEST_CASE("Ranks are written as they are read, and nothing else is read") {
  for (const char* const text : {"atm", "atm+", "otm:1", "otm:12+", "itm:3"}) CHECK(text_of(rank_of(text)) == text);
  for (const char* const text : {"", "otm", "otm:", "otm:0", "otm:-1", "otm:1x", "atm:1", "1", "otm:99999999999999999999"})
    CHECK_THROWS_AS(rank_of(text), std::invalid_argument);
}

TEST_CASE("The page of resolver rules is the table") {
  std::ifstream file(TALLY_SOURCE_DIR "/docs/instrument-resolver-rules.md");
  std::stringstream page;
  page << file.rdbuf();
  CHECK(page.str() == rules_page());
}
