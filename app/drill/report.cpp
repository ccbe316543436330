#include "app/drill/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <map>

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

std::string faults_by_name(const std::vector<FaultSeen>& faults) {
  std::map<std::string, std::size_t> counts;
  for (const FaultSeen& fault : faults) ++counts[fault.drill];
  std::string text = "  " + std::to_string(faults.size()) + " faults:";
  for (const auto& [name, count] : counts) text += ' ' + name + ' ' + std::to_string(count) + ',';
  text.back() = '\n';
  return text;
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

Outages outages_of(const Evidence& evidence) {
  constexpr Ms before = 200;   // the last acknowledgement that the fault let through
  std::vector<Ms> acknowledged;
  for (const CommandSeen& command : evidence.commands)
    if (command.fate == Fate::acknowledged) acknowledged.push_back(command.answered);
  std::sort(acknowledged.begin(), acknowledged.end());
  std::vector<Ms> pauses;
  for (std::size_t n = 0; n < evidence.faults.size(); ++n) {
    const FaultSeen& fault = evidence.faults[n];
    if (!fault.takes_leader) continue;
    const Ms end = n + 1 < evidence.faults.size() ? evidence.faults[n + 1].at : std::numeric_limits<Ms>::max();
    Ms longest = 0, last = -1;
    for (auto at = std::lower_bound(acknowledged.begin(), acknowledged.end(), fault.at - before); at != acknowledged.end(); ++at) {
      if (*at > end) break;
      if (last >= 0) longest = std::max(longest, *at - last);
      last = *at;
    }
    pauses.push_back(longest);
  }
  if (pauses.empty()) return {};
  std::sort(pauses.begin(), pauses.end());
  const auto ranked = [&](std::size_t percent) { return pauses[(pauses.size() * percent + 99) / 100 - 1]; };
  return {pauses.size(), ranked(50), ranked(99), pauses.back()};
}

std::string verdict_line(const DrillReport& report) {
  std::string text;
  for (const auto& [finding, word] : {std::pair(Finding::held, "held:"), {Finding::broken, "; broken:"}, {Finding::not_judged, "; not judged:"}}) {
    text += word;
    bool any = false;
    for (const Verdict& verdict : report.verdicts)
      if (verdict.finding == finding) text += ' ' + verdict.invariant, any = true;
    if (!any) text += " none";
  }
  return text;
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
  constexpr std::size_t faults_told = 5;
  if (report.faults.size() > faults_told) text += faults_by_name(report.faults);
  else for (const FaultSeen& fault : report.faults)
    text += "  at " + ms_text(fault.at) + ": " + fault.what + "; healed at " + ms_text(fault.healed) + '\n';
  const Timings& timings = report.timings;
  text += "  after the fault: noticed " + ms_text(timings.detection) + ", elected " + ms_text(timings.election) +
          ", account hosted " + ms_text(timings.hosted) + " (replay and the venue's answer " + ms_text(timings.replay) +
          "), command acknowledged " + ms_text(timings.acknowledged) + ", order at the venue " + ms_text(timings.first_effect) +
          '\n';
  const Outages& outages = report.outages;
  if (outages.count > 1)
    text += "  nothing was acknowledged for: p50 " + ms_text(outages.p50) + ", p99 " + ms_text(outages.p99) + ", longest " +
            ms_text(outages.longest) + ", of " + std::to_string(outages.count) + " faults that took the leader\n";
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
