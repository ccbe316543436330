#include "app/exit_code.hpp"
#include "app/job/job.hpp"
#include "app/job/scenarios/play.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

void every_expectation_holds(void (*scenario)(scenario::Play&)) {
  scenario::Play play;
  scenario(play);
  std::size_t expectations = 0;
  for (const scenario::Line& line : play.lines()) {
    INFO(line.text);
    CHECK(line.holds);
    expectations += line.kind == "then";
  }
  CHECK(expectations >= 3);
}

}  // namespace

TEST_CASE("Scenario risk-rejection: what risk denies never becomes an order") {
  every_expectation_holds(scenario::risk_rejection);
}
TEST_CASE("Scenario provider-rejection: the provider's no is compensated and touches no position") {
  every_expectation_holds(scenario::provider_rejection);
}
TEST_CASE("Scenario partial-fill: target +2, filled +1, confirmed +1, residual +1, flagged for the operator") {
  every_expectation_holds(scenario::partial_fill);
}
TEST_CASE("Scenario reconciliation-mismatch: the venue's truth wins and an operator's event ends the drift") {
  every_expectation_holds(scenario::reconciliation_mismatch);
}
TEST_CASE("Scenario trace-replay: a journal decided again is the same, and a falsified one is not") {
  every_expectation_holds(scenario::trace_replay);
}

TEST_CASE("Each named scenario runs to a verdict, and a name that is none is an error") {
  REQUIRE(scenario_names().size() == 5);
  for (const ScenarioName& name : scenario_names()) CHECK(run_scenario(name.name, true) == exit_done);
  CHECK_THROWS_AS(run_scenario("nonsense", false), CommandFailed);
}
