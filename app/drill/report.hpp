// What a drill found, for a person, for programs, and kept in its directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/drill/evidence.hpp"
#include "app/drill/verdict.hpp"

namespace tally::drill {

// Milliseconds from the fault on; -1 where it was not seen.
struct Timings {
  Ms detection = -1;      // until another node noticed
  Ms election = -1;       // until a node came to lead
  Ms replay = -1;         // not from the fault on: from leading to having the account ready, the venue asked
  Ms hosted = -1;         // until another node hosted the account
  Ms acknowledged = -1;   // until the next command was acknowledged
  Ms first_effect = -1;   // until the next order reached the venue
};
BOOST_DESCRIBE_STRUCT(Timings, (), (detection, election, replay, hosted, acknowledged, first_effect))

// For how long nothing was acknowledged around each fault that took the leader, ms: the longest pause between two acknowledgements
// from just before the fault until the next one.
struct Outages {
  std::size_t count = 0;
  Ms p50 = 0, p99 = 0, longest = 0;
};
BOOST_DESCRIBE_STRUCT(Outages, (), (count, p50, p99, longest))

struct Counts {
  std::size_t acknowledged = 0;
  std::size_t refused = 0;
  std::size_t unknown = 0;
  std::size_t retried = 0;       // commands that needed more than one attempt
  std::size_t orders = 0;        // at the venue
  std::size_t executions = 0;
  std::size_t fenced = 0;        // arrivals by sessions that another login had ended
  std::size_t in_doubt = 0;      // orders that were Unknown for a while
  std::uint64_t entries = 0;     // of the longest journal
};
BOOST_DESCRIBE_STRUCT(Counts, (), (acknowledged, refused, unknown, retried, orders, executions, fenced, in_doubt, entries))

struct DrillReport {
  std::string name;
  std::string what;
  std::string skipped;           // why it could not run here; empty where it ran
  std::size_t nodes = 0;
  std::int64_t began_at_ns = 0;  // wall clock
  Ms took = 0;
  std::vector<FaultSeen> faults;
  Timings timings;               // after the first fault
  Outages outages;
  Counts counts;
  std::vector<Verdict> verdicts;
};
BOOST_DESCRIBE_STRUCT(DrillReport, (), (name, what, skipped, nodes, began_at_ns, took, faults, timings, outages, counts, verdicts))

bool all_held(const DrillReport& report);   // nothing broken, and something judged
Timings timings_of(const Evidence& evidence);
Outages outages_of(const Evidence& evidence);
std::string verdict_line(const DrillReport& report);   // "held: I1 I2 ...; broken: none; not judged: I7"
Counts counts_of(const Evidence& evidence);

std::string report_text(const DrillReport& report);
std::string report_json(const DrillReport& report);
DrillReport report_of(const std::string& json);      // throws JsonError

}  // namespace tally::drill
