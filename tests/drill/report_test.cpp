// Times in a report, from logs and from what the drill itself saw.
#include "app/drill/node_log.hpp"
#include "app/drill/report.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::drill;

TEST_CASE("A node's log says when it noticed, led and hosted; what is no such line is passed over") {
  const std::string text =
      "[2026-11-21 23:24:41.627] [tallyd] [info] node 543a7a4d6f6bab15 is not reachable\n"
      "[2026-11-21 23:24:42.000] [tallyd] [info] node 543a7a4d6f6bab15 is reachable\n"
      "[2026-11-21 23:24:42.100] [tallyd] [info] demo: term 12, this node leads\n"
      "[2026-11-21 23:24:42.350] [tallyd] [info] demo: hosted in term 12 after 250 ms\n"
      "nonsense\n";
  const auto seen = log_seen("b", text, 0);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].what == LogSeen::What::peer_lost);
  CHECK(seen[1].at - seen[0].at == 473);
  CHECK(seen[2].what == LogSeen::What::hosts);
  CHECK(seen[2].took == 250);
  CHECK(log_seen("b", text, seen[0].at).front().at == 0);
}

TEST_CASE("Times count from the fault on, and what came before it is none of them") {
  Evidence evidence;
  evidence.faults.push_back({"kill", 1'000, 3'000, 1'000, "a", true, false});
  evidence.log = {{900, "b", LogSeen::What::leads, 0},
                  {1'300, "b", LogSeen::What::peer_lost, 0},
                  {1'800, "b", LogSeen::What::leads, 0},
                  {1'900, "b", LogSeen::What::hosts, 90}};
  evidence.commands = {{"k1", "deposit", Fate::acknowledged, "a", 10, 990, 5, 1, 1, ""},
                       {"k2", "deposit", Fate::acknowledged, "b", 1'100, 1'950, 5, 2, 2, ""}};
  const Timings timings = timings_of(evidence);
  CHECK(timings.detection == 300);
  CHECK(timings.election == 800);
  CHECK(timings.hosted == 900);
  CHECK(timings.replay == 90);
  CHECK(timings.acknowledged == 950);
  CHECK(timings.first_effect == -1);
}

TEST_CASE("An outage is the longest pause around a fault that took the leader, up to the next fault") {
  Evidence evidence;
  evidence.faults.push_back({"kill", 1'000, 3'000, 1'000, "a", true, false, "leader-killed", true, ""});
  evidence.faults.push_back({"kill", 5'000, 6'000, 5'000, "b", true, false, "follower-killed", false, ""});
  evidence.faults.push_back({"kill", 9'000, 9'500, 9'000, "a", true, false, "leader-killed", true, ""});
  for (const Ms at : {100, 950, 1'700, 1'800, 4'990, 5'900, 8'950, 9'250, 9'300})
    evidence.commands.push_back({"k", "deposit", Fate::acknowledged, "a", at - 5, at, 5, 1, 1, ""});
  evidence.commands.push_back({"k", "deposit", Fate::unknown, "a", 1'100, 1'200, 5, 0, 1, ""});
  const Outages outages = outages_of(evidence);
  CHECK(outages.count == 2);
  CHECK(outages.p50 == 300);
  CHECK(outages.longest == 3'190);
  evidence.faults[0].takes_leader = evidence.faults[2].takes_leader = false;
  CHECK(outages_of(evidence).count == 0);
}

TEST_CASE("The line for the journal names every invariant once") {
  DrillReport report;
  report.verdicts = {{"I1", "", Finding::held, ""}, {"I2", "", Finding::not_judged, ""}, {"I3", "", Finding::held, ""}};
  CHECK(verdict_line(report) == "held: I1 I3; broken: none; not judged: I2");
}
