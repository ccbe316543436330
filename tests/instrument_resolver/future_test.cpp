// One future of a chain that rolls.
#include "actors/instrument_resolver/future_resolver.hpp"

#include "actors/calendar/zone.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::instruments;

namespace {

FutureRow future(const char* expiry, std::int64_t volume, std::int64_t open_interest) {
  return {day_of(expiry), Price::whole(1'650), Quantity::whole(volume), Quantity::whole(open_interest)};
}

FutureChain chain() {
  return {"ES", day_of("2013-12-10"),
          {future("2014-03-21", 800, 900), future("2013-09-20", 9'999, 9'999), future("2013-12-20", 700, 2'000),
           future("2014-06-20", 5, 20)}};
}

FutureRule rule(const char* roll) {
  FutureRule rule;
  read_roll(roll, rule);
  return rule;
}

std::string answer(const FutureChain& chain, const FutureRule& rule) {
  const FutureResolution resolution = resolve(chain, rule);
  CHECK(resolution.chosen.has_value() != resolution.rejected.has_value());
  CHECK_FALSE(resolution.reason.empty());
  return resolution.chosen ? name_of(chain, resolution.chosen->row) : std::string(id_of(*resolution.rejected));
}

}  // namespace

TEST_CASE("A chain rolls so many days before the last day, or when the next contract has more volume or open interest") {
  CHECK(answer(chain(), rule("days:0")) == "ES-2013-12-20");
  CHECK(answer(chain(), rule("days:9")) == "ES-2013-12-20");
  CHECK(answer(chain(), rule("days:10")) == "ES-2014-03-21");
  CHECK(answer(chain(), rule("volume")) == "ES-2014-03-21");
  CHECK(answer(chain(), rule("open-interest")) == "ES-2013-12-20");
  CHECK(answer(chain(), rule("days:400")) == "EXPIRY_NOT_FOUND");
}

TEST_CASE("A chain never rolls back before the contract that is held") {
  FutureRule asked = rule("open-interest");
  asked.held = day_of("2014-03-21");
  CHECK(answer(chain(), asked) == "ES-2014-03-21");
  asked.held = day_of("2013-09-20");  // expired
  CHECK(answer(chain(), asked) == "ES-2013-12-20");
  asked.held = day_of("2015-03-20");
  CHECK(answer(chain(), asked) == "FIGURE_MISSING");
}

TEST_CASE("A contract behind the one found is meant where the rule says so") {
  FutureRule asked = rule("days:0");
  asked.behind = 2;
  CHECK(answer(chain(), asked) == "ES-2014-06-20");
  asked.behind = 3;
  CHECK(answer(chain(), asked) == "RANK_NOT_LISTED");
}

TEST_CASE("Equal figures are decided as the rule says") {
  FutureChain equal = chain();
  equal.rows[0].volume = Quantity::whole(700);
  FutureRule asked = rule("volume");
  CHECK(answer(equal, asked) == "ES-2013-12-20");
  asked.ties = Ties::higher;
  CHECK(answer(equal, asked) == "ES-2014-03-21");
  asked.ties = Ties::reject;
  CHECK(answer(equal, asked) == "AMBIGUOUS");
  equal.rows[3].volume = Quantity::whole(701);
  CHECK(answer(equal, asked) == "ES-2014-06-20");
}

TEST_CASE("A future that fails a filter is refused, never stepped over") {
  FutureRule asked = rule("days:0");
  asked.volume_min = Quantity::whole(701);
  CHECK(answer(chain(), asked) == "VOLUME_TOO_LOW");
  asked.open_interest_min = Quantity::whole(2'001);
  CHECK(answer(chain(), asked) == "OPEN_INTEREST_TOO_LOW");
  FutureChain unpriced = chain();
  unpriced.rows[2].price = Price{};
  CHECK(answer(unpriced, asked) == "PRICE_MISSING");
  CHECK(resolve(unpriced, asked).considered.front().failed ==
        std::vector{Rejected::price_missing, Rejected::open_interest_too_low, Rejected::volume_too_low});
}

TEST_CASE("A chain of futures that is no chain is refused") {
  FutureChain odd = chain();
  FutureRule asked = rule("volume");
  asked.contracts_min = 4;
  CHECK(answer(odd, asked) == "CHAIN_INCOMPLETE");
  asked.contracts_min = 1;
  for (FutureRow& row : odd.rows) row.volume.reset();
  CHECK(answer(odd, asked) == "FIGURE_MISSING");
  odd.rows.push_back(odd.rows.front());
  CHECK(answer(odd, asked) == "CHAIN_CONTRADICTORY");
  asked.behind = -1;
  CHECK(answer(odd, asked) == "RULE_INVALID");
}

TEST_CASE("Roll rules are written as they are read, and nothing else is read") {
  for (const char* const text : {"days:0", "days:8", "volume", "open-interest"}) CHECK(roll_text(rule(text)) == text);
  for (const char* const text : {"", "days", "days:", "days:-1", "days:2x", "Volume"})
    CHECK_THROWS_AS(rule(text), std::invalid_argument);
}
