#include <array>
#include <boost/json.hpp>
#include <iostream>

#include "app/exit_code.hpp"
#include "app/job/job.hpp"
#include "app/job/scenarios/play.hpp"
#include "app/views/trace.hpp"
#include "messages/json_codec.hpp"

namespace tally {
namespace {

struct Scenario {
  ScenarioName name;
  void (*play)(scenario::Play&);
};

const std::array<Scenario, 5>& scenarios() {
  using namespace scenario;
  static const std::array<Scenario, 5> all = {
      Scenario{{"risk-rejection", "risk denies an opening: no order exists, the intent is released"}, risk_rejection},
      Scenario{{"provider-rejection", "the provider rejects an approved order: released, positions untouched"},
               provider_rejection},
      Scenario{{"partial-fill", "fixture-intent-017: target +2, filled +1, confirmed +1, residual +1, flagged"}, partial_fill},
      Scenario{{"reconciliation-mismatch", "the venue holds more than the book: drift, playbook, an operator's resolution"},
               reconciliation_mismatch},
      Scenario{{"trace-replay", "a journal decided again comes out the same, byte for byte"}, trace_replay},
  };
  return all;
}

void print_trace(const IntentTrace& trace) {
  std::cout << "\nintent " << text_of(trace.intent) << "  target " << trace.desired_position.text() << "  risk "
            << trace.risk_decision << "  provider " << trace.provider_callback << "  filled " << trace.filled.text()
            << "  confirmed " << trace.confirmed_position.text() << "  residual " << trace.residual.text() << "\n";
  for (const TraceStage& stage : trace.stages) {
    std::cout << "  " << stage.stage << ' ' << stage.name << '\n';
    for (const TraceRecord& record : stage.records)
      std::cout << "       " << record.what << ": " << record.text << (record.note.empty() ? "" : " (" + record.note + ")")
                << '\n';
  }
}

void print_text(const Scenario& scenario, const scenario::Play& play, const std::vector<IntentTrace>& traced) {
  std::cout << scenario.name.name << ": " << scenario.name.what << "\n\n";
  for (const scenario::Line& line : play.lines())
    std::cout << "  "
              << (line.kind == "then" ? (line.holds ? "  ok   " : "  FAIL ") : line.kind + std::string(7 - line.kind.size(), ' '))
              << line.text << '\n';
  for (const IntentTrace& trace : traced) print_trace(trace);
  std::cout << "\nverdict: " << (play.holds() ? "holds" : "DOES NOT HOLD") << '\n';
}

}  // namespace

std::span<const ScenarioName> scenario_names() {
  static const std::vector<ScenarioName> names = [] {
    std::vector<ScenarioName> list;
    for (const Scenario& scenario : scenarios()) list.push_back(scenario.name);
    return list;
  }();
  return names;
}

int run_scenario(const std::string& name, bool json) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name.name != name) continue;
    scenario::Play play;
    scenario.play(play);
    const auto traced = traces(play.stage.journal(), play.stage.shard(), {});
    if (json)
      std::cout << serialize(boost::json::object{{"scenario", name},
                                                 {"holds", play.holds()},
                                                 {"lines", state_json(play.lines())},
                                                 {"traces", state_json(traced)}})
                << '\n';
    else print_text(scenario, play, traced);
    return play.holds() ? exit_done : exit_differs;
  }
  throw CommandFailed(exit_not_found, "no scenario '" + name + "'; tally scenario list names them");
}

}  // namespace tally
