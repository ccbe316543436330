// One real drill, and what a drill refuses to touch.
#include <boost/json.hpp>
#include <fstream>

#include "app/drill/report.hpp"
#include "app/exit_code.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"
#include "tests/ended.hpp"

using namespace tally;
using namespace tally::drill;

namespace {

const std::string program = TALLY_BINARY_DIR "/tally drill ";
const std::string profile = " --profile " TALLY_SOURCE_DIR "/cfg/default.yaml";

}  // namespace

TEST_CASE(
    "Three nodes under load, the leader killed: nothing acknowledged is lost, nothing is sent twice, and every journal agrees") {
  TemporaryDirectory directory;
  const std::string data = (directory.path() / "drill").string();
  const Ended ended = run_command(program + "run leader-killed --nodes 3 --json --data " + data + profile, directory.path());
  CAPTURE(ended.err, ended.out);
  REQUIRE(ended.out.size() > 2);
  const DrillReport report = report_of(ended.out);
  REQUIRE(report.verdicts.size() == 12);
  for (const Verdict& verdict : report.verdicts) {
    CAPTURE(verdict.invariant, verdict.why);
    if (verdict.invariant == "I10")
      CHECK(verdict.why.find("nothing was acknowledged") == std::string::npos);  // how soon is for the drill to say
    else CHECK(verdict.finding == Finding::held);
  }
  CHECK(report.counts.acknowledged > 10);
  CHECK(report.counts.orders > 0);
  const Ended again = run_command(program + "report --json --data " + data, directory.path());
  CHECK(again.parsed() == ended.parsed());
}

TEST_CASE("Twenty faults in a row on one cluster: nothing is lost, nothing is sent twice, and the drill itself is on record") {
  TemporaryDirectory directory;
  const std::string data = (directory.path() / "drill").string();
  const Ended ended = run_command(program + "run all --faults 20 --nodes 3 --seed 3 --json --data " + data + profile, directory.path());
  CAPTURE(ended.err, ended.out);
  REQUIRE(ended.out.size() > 2);
  const DrillReport report = report_of(ended.out);
  CHECK(report.faults.size() == 20);
  CHECK(report.outages.count > 0);
  for (const Verdict& verdict : report.verdicts) {
    CAPTURE(verdict.invariant, verdict.why);
    if (verdict.invariant == "I10")
      CHECK(verdict.why.find("nothing was acknowledged") == std::string::npos);  // how soon is for the drill to say
    else CHECK(verdict.finding == Finding::held);
  }
  // How far a disk alone knows that something is committed may lag behind: the one that knows most.
  std::string alerts;
  for (const char* node : {"/node-1", "/node-2", "/node-3"}) {
    const Ended table = run_command(TALLY_BINARY_DIR "/tally table risk_alerts_history --json --data " + data + node, directory.path());
    if (table.out.size() > alerts.size()) alerts = table.out;
  }
  const auto count = [&](const std::string& wanted) {
    std::size_t found = 0;
    for (auto at = alerts.find(wanted); at != std::string::npos; at = alerts.find(wanted, at + 1)) ++found;
    return found;
  };
  CHECK(count("DRILL_BEGUN") == 1);
  CHECK(count("DRILL_FAULT") >= 20);
  CHECK(count("DRILL_HEALED") >= 20);
  CHECK(count("DRILL_VERDICT") == 1);
}

TEST_CASE("A drill touches nothing but what a drill made, and no account with a venue of its own") {
  TemporaryDirectory directory;
  const auto kept = directory.path() / "kept";
  std::filesystem::create_directory(kept);
  std::ofstream(kept / "journal") << "somebody's";
  const Ended other = run_command(program + "run leader-killed --data " + kept.string() + profile, directory.path());
  CHECK(other.code == exit_usage);
  CHECK(content_of(kept / "journal") == "somebody's");

  const auto armed = directory.path() / "armed.yaml";
  std::string text = content_of(TALLY_SOURCE_DIR "/cfg/default.yaml");
  const auto venue = text.find("\nvenue:");
  text.insert(text.find('\n', venue + 1) + 1, "  address: 127.0.0.1:7070\n");
  std::ofstream(armed) << text;
  const Ended refused =
      run_command(program + "run leader-killed --data " + (directory.path() / "new").string() + " --profile " + armed.string(),
                  directory.path());
  CHECK(refused.code == exit_usage);
  CHECK(refused.err.find("simulated") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "new" / "DRILL"));
}

TEST_CASE("A drill that cannot be held is skipped by name, and the list says which") {
  TemporaryDirectory directory;
  const Ended skipped = run_command(
      program + "run leader-cut-off --nodes 1 --json --data " + (directory.path() / "d").string() + profile, directory.path());
  CHECK(skipped.code == exit_done);
  CHECK(report_of(skipped.out).skipped == "it needs 3 nodes");
  CHECK(run_command(program + "run nonsense" + profile, directory.path()).code == exit_not_found);
  const boost::json::value list = run_command(program + "list --json", directory.path()).parsed();
  CHECK(list.as_array().size() >= 20);
  for (const auto& row : list.as_array()) CHECK(row.at("missing").is_string());
}

TEST_CASE("A report is read back as it was written") {
  DrillReport report;
  report.name = "leader-killed";
  report.faults.push_back({"kill", 1, 2, 1, "a", true, false});
  report.verdicts.push_back({"I1", "claim", Finding::broken, "why"});
  CHECK(report_json(report_of(report_json(report))) == report_json(report));
  CHECK_FALSE(all_held(report));
}
