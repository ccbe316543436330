#include "app/drill/report.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "messages/json_codec.hpp"

namespace tally::drill {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string ms_text(Ms ms) { return ms < 0 ? "-" : std::to_string(ms) + " ms"; }

const char* word_of(Finding finding) {
  switch (finding) {
    case Finding::held: return "held";
    case Finding::broken: return "BROKEN";
    case Finding::not_judged: break;
  }
  return "not judged";
}

}  // namespace

bool all_held(const DrillReport& report) {
  bool judged = false;
  for (const Verdict& verdict : report.verdicts) {
    if (verdict.finding == Finding::broken) return false;
    judged |= verdict.finding == Finding::held;
  }
  return judged;
}

Timings timings_of(const Evidence& evidence) {
  Timings timings;
  if (evidence.faults.empty()) return timings;
  const FaultSeen& fault = evidence.faults.front();
  const auto first = [&](LogSeen::What what) -> const LogSeen* {
    const LogSeen* earliest = nullptr;
    for (const LogSeen& seen : evidence.log)
      if (seen.what == what && seen.at >= fault.at && (!earliest || seen.at < earliest->at)) earliest = &seen;
    return earliest;
  };
  if (const LogSeen* lost = first(LogSeen::What::peer_lost)) timings.detection = lost->at - fault.at;
  if (const LogSeen* leads = first(LogSeen::What::leads)) timings.election = leads->at - fault.at;
  if (const LogSeen* hosts = first(LogSeen::What::hosts)) {
    timings.hosted = hosts->at - fault.at;
    timings.replay = hosts->took;
  }
  for (const CommandSeen& command : evidence.commands)
    if (command.fate == Fate::acknowledged && command.answered > fault.at &&
        (timings.acknowledged < 0 || command.answered - fault.at < timings.acknowledged))
      timings.acknowledged = command.answered - fault.at;
  for (const VenueHistoryLine& line : evidence.door) {
    const Ms at = (line.monotonic_ns - evidence.began_ns) / 1'000'000;
    if (line.what == VenueSight::order && at > fault.at && timings.first_effect < 0) timings.first_effect = at - fault.at;
  }
  return timings;
}

Counts counts_of(const Evidence& evidence) {
  Counts counts;
  for (const CommandSeen& command : evidence.commands) {
    ++(command.fate == Fate::acknowledged ? counts.acknowledged
       : command.fate == Fate::refused    ? counts.refused
                                          : counts.unknown);
    counts.retried += command.attempts > 1;
  }
  counts.orders = evidence.venue.orders.size();
  counts.executions = evidence.venue.executions.size();
  for (const AuditedOrder& order : evidence.venue.orders) counts.fenced += order.fenced;
  for (const NodeSeen& node : evidence.nodes) {
    counts.entries = std::max<std::uint64_t>(counts.entries, node.entries.size());
    counts.in_doubt = std::max(counts.in_doubt, node.doubts);
  }
  return counts;
}

std::string report_text(const DrillReport& report) {
  std::string text = "Drill " + report.name + ": " + report.what + '\n';
  if (!report.skipped.empty()) return text + "skipped: " + report.skipped + '\n';
  for (const FaultSeen& fault : report.faults)
    text += "  at " + ms_text(fault.at) + ": " + fault.what + "; healed at " + ms_text(fault.healed) + '\n';
  const Timings& timings = report.timings;
  text += "  after the fault: noticed " + ms_text(timings.detection) + ", elected " + ms_text(timings.election) +
          ", account hosted " + ms_text(timings.hosted) + " (replay and the venue's answer " + ms_text(timings.replay) +
          "), command acknowledged " + ms_text(timings.acknowledged) + ", order at the venue " + ms_text(timings.first_effect) +
          '\n';
  const Counts& counts = report.counts;
  text += "  commands: " + std::to_string(counts.acknowledged) + " acknowledged (" + std::to_string(counts.retried) +
          " after retries), " + std::to_string(counts.refused) + " refused, " + std::to_string(counts.unknown) +
          " of unknown fate; " + std::to_string(counts.orders) + " orders (" + std::to_string(counts.in_doubt) +
          " were in doubt), " + std::to_string(counts.executions) + " executions, " + std::to_string(counts.entries) +
          " entries\n";
  for (const Verdict& verdict : report.verdicts)
    text += "  " + padded(verdict.invariant, 5) + padded(word_of(verdict.finding), 12) + padded(verdict.claim, 56) + verdict.why +
            '\n';
  return text;
}

std::string report_json(const DrillReport& report) { return boost::json::serialize(json_codec::write(report)); }

DrillReport report_of(const std::string& text) {
  DrillReport report;
  json_codec::read(boost::json::parse(text), JsonPath(), report);
  return report;
}

}  // namespace tally::drill
