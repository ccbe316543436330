// Answers as facts: what was chosen or why nothing, with everything that was looked at.
#include "actors/instrument_resolver/facts.hpp"

#include "tests/instrument_resolver/chains.hpp"

using namespace tally;
using namespace tally::instruments;
using namespace tally::instruments::test;

TEST_CASE("A choice is a fact with the instrument, the moment and what stood beside it") {
  OptionChain chain = tally::instruments::test::chain();
  row_of(chain, june, Right::call, 110).open_interest = contracts(3);
  const OptionRule asked = rule("otm:1");
  const TapePlace place{"options", 17};
  const Answer answer = answer_of(chain, resolve(chain, asked), "call, otm:1", place);
  const InstrumentResolved& fact = std::get<InstrumentResolved>(answer);
  CHECK(fact.underlying == ProductId("ABC"));
  CHECK(fact.instrument == "ABC-2014-06-21-C-105");
  CHECK(fact.rule == "call, otm:1");
  CHECK(fact.at == noon);
  CHECK_FALSE(fact.reason.empty());
  CHECK(fact.evidence.underlying_price == price("101"));
  CHECK(fact.evidence.expiry == june);
  CHECK(fact.evidence.expiries == std::vector<std::int64_t>{june, july});
  CHECK(fact.evidence.at_the_money == price("100"));
  CHECK(fact.evidence.contracts == 20);
  REQUIRE(fact.evidence.tape);
  CHECK(fact.evidence.tape->offset == 17);
  REQUIRE(fact.evidence.considered.size() == 5);
  const ConsideredContract& chosen = fact.evidence.considered[3];
  CHECK(chosen.name == fact.instrument);
  CHECK(chosen.rank == 1);
  CHECK(chosen.bid == price("2"));
  CHECK(chosen.delta == ratio("0.3"));
  CHECK(chosen.failed.empty());
  CHECK(fact.evidence.considered[4].failed == std::vector<RuleId>{RuleId("OPEN_INTEREST_TOO_LOW")});
}

TEST_CASE("A rejection is a fact with its rule and the same evidence") {
  OptionChain chain = tally::instruments::test::chain();
  row_of(chain, june, Right::call, 105).ask = price("3");
  const Answer answer = answer_of(chain, resolve(chain, rule("otm:1")), "call, otm:1");
  const InstrumentRejected& fact = std::get<InstrumentRejected>(answer);
  CHECK(fact.rule_id == RuleId("SPREAD_TOO_WIDE"));
  CHECK_FALSE(fact.reason.empty());
  CHECK(fact.evidence.considered.size() == 5);
  CHECK_FALSE(fact.evidence.tape);
}

TEST_CASE("A future's answer names what of its chain was considered") {
  FutureChain chain{"ES", today, {{june, price("100"), contracts(5), contracts(9)}, {july, price("101"), contracts(50), contracts(90)}}};
  FutureRule by_volume;
  by_volume.roll_by = RollBy::volume;
  const Answer chosen = answer_of(chain, noon, resolve(chain, by_volume), "volume");
  CHECK(std::get<InstrumentResolved>(chosen).instrument == "ES-2014-07-19");
  CHECK(std::get<InstrumentResolved>(chosen).evidence.considered.size() == 2);
  by_volume.volume_min = contracts(60);
  const Answer none = answer_of(chain, noon, resolve(chain, by_volume), "volume");
  CHECK(std::get<InstrumentRejected>(none).rule_id == RuleId("VOLUME_TOO_LOW"));
  CHECK(std::get<InstrumentRejected>(none).underlying == ProductId("ES"));
}
