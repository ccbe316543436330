// Scenarios: docs/consensus.md says where each was found.
#include "tests/catch.hpp"
#include "tests/consensus/scenarios.hpp"

using tally::consensus::scenarios;

TEST_CASE("Scenario 1: An entry of an old term on a majority of nodes is not committed by counting") {
  CHECK_NOTHROW(scenarios()[0].run());
}
TEST_CASE("Scenario 2: An answer claims what its append matched and made durable, and one of an older term is dropped") {
  CHECK_NOTHROW(scenarios()[1].run());
}
TEST_CASE("Scenario 3: Commit advances under load while the leader's disk is behind, and while it is ahead") {
  CHECK_NOTHROW(scenarios()[2].run());
}
TEST_CASE("Scenario 4: No candidacy, vote, hand-over or install rests on an unpersisted tail") {
  CHECK_NOTHROW(scenarios()[3].run());
}
TEST_CASE("Scenario 5: A sole voter that restarts begins a new term") {
  CHECK_NOTHROW(scenarios()[4].run());
}
TEST_CASE("Scenario 6: An uncommitted configuration is never in a base, and rolls back with its entry after a restart, too") {
  CHECK_NOTHROW(scenarios()[5].run());
}
TEST_CASE("Scenario 7: A refused pre-vote names the higher term") {
  CHECK_NOTHROW(scenarios()[6].run());
}
TEST_CASE("Scenario 8: A follower whose base is ahead of what the leader knows recovers, and a stale install is answered") {
  CHECK_NOTHROW(scenarios()[7].run());
}
TEST_CASE("Scenario 9: Members change one at a time after an entry of the own term; growing from one never makes two leaders") {
  CHECK_NOTHROW(scenarios()[8].run());
}
TEST_CASE("Scenario 10: Who is no voter in its own newest configuration votes when asked") {
  CHECK_NOTHROW(scenarios()[9].run());
}
TEST_CASE("Scenario 11: A failed write on the leader ends it, and nobody diverges") {
  CHECK_NOTHROW(scenarios()[10].run());
}
TEST_CASE("Scenario 12: A leader whose disk hangs, or whom nobody answers, steps down") {
  CHECK_NOTHROW(scenarios()[11].run());
}
TEST_CASE("Scenario 13: A replica with another history under the same index and term stops") {
  CHECK_NOTHROW(scenarios()[12].run());
}
TEST_CASE("Scenario 14: A disk that forgot promises nothing until something new is committed without it") {
  CHECK_NOTHROW(scenarios()[13].run());
}
TEST_CASE("Scenario 15: A node votes once in a term, across restarts, too") {
  CHECK_NOTHROW(scenarios()[14].run());
}
TEST_CASE("Scenario 16: Two nodes never hold the lease, whoever slept") {
  CHECK_NOTHROW(scenarios()[15].run());
}
