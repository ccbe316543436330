#include "app/drill/judge.hpp"

#include <algorithm>
#include <set>

namespace tally::drill {
namespace {

Verdict held(const char* invariant, const char* claim, std::string why) {
  return {invariant, claim, Finding::held, std::move(why)};
}
Verdict broken(const char* invariant, const char* claim, std::string why) {
  return {invariant, claim, Finding::broken, std::move(why)};
}
Verdict not_judged(const char* invariant, const char* claim, std::string why) {
  return {invariant, claim, Finding::not_judged, std::move(why)};
}

std::string count_of(std::size_t count, const char* what) { return std::to_string(count) + ' ' + what; }

// What stands: the entries that a majority of the disks hold alike, as one of their nodes has them. A longer tail of one node alone
// was never committed, whoever wrote it.
struct Standing {
  const NodeSeen* node = nullptr;   // null where no journal could be read
  std::uint64_t end = 0;
};

bool held_by_majority(const Evidence& evidence, std::size_t place, const EntrySeen& entry) {
  std::size_t holders = 0;
  for (const NodeSeen& node : evidence.nodes)
    holders += node.opened && place < node.entries.size() && node.entries[place].offset == entry.offset &&
               node.entries[place].hash == entry.hash;
  return 2 * holders > evidence.nodes.size();
}

Standing standing(const Evidence& evidence) {
  Standing best;
  for (const NodeSeen& node : evidence.nodes) {
    if (!node.opened) continue;
    std::size_t length = 0;
    while (length < node.entries.size() && held_by_majority(evidence, length, node.entries[length])) ++length;
    const std::uint64_t end = length == 0 ? 0 : node.entries[length - 1].offset;
    if (!best.node || end > best.end) best = {&node, end};
  }
  return best;
}

const EntrySeen* entry_at(const Standing& journal, std::uint64_t offset) {
  if (offset > journal.end) return nullptr;
  const auto& entries = journal.node->entries;
  const auto it = std::lower_bound(entries.begin(), entries.end(), offset,
                                   [](const EntrySeen& entry, std::uint64_t wanted) { return entry.offset < wanted; });
  return it != entries.end() && it->offset == offset ? &*it : nullptr;
}

Ms ms_of(const Evidence& evidence, const VenueHistoryLine& line) { return (line.monotonic_ns - evidence.began_ns) / 1'000'000; }

}  // namespace

Verdict no_acknowledged_command_lost(const Evidence& evidence) {
  constexpr auto id = "I1", claim = "no acknowledged command is lost";
  const Standing journal = standing(evidence);
  if (!journal.node) return broken(id, claim, "no node's journal could be read");
  std::map<std::string, std::set<std::uint64_t>> recorded;
  for (const EntrySeen& entry : journal.node->entries)
    for (const std::string& key : entry.keys)
      if (entry.offset <= journal.end) recorded[key].insert(entry.offset);
  std::size_t acknowledged = 0;
  for (const CommandSeen& command : evidence.commands) {
    if (command.fate != Fate::acknowledged) continue;
    ++acknowledged;
    const auto it = recorded.find(command.key);
    if (it == recorded.end())
      return broken(id, claim,
                    command.what + ' ' + command.key + " was acknowledged by " + command.node + " and is in no journal");
    if (command.offset != 0 && !it->second.contains(command.offset))
      return broken(id, claim, command.what + ' ' + command.key + " was acknowledged at " + std::to_string(command.offset) +
                                   " and stands at " + std::to_string(*it->second.begin()));
  }
  if (acknowledged == 0) return not_judged(id, claim, "no command was acknowledged");
  return held(id, claim, count_of(acknowledged, "acknowledged commands, all on a majority of disks, as on ") + journal.node->name);
}

Verdict journals_agree(const Evidence& evidence) {
  constexpr auto id = "I2", claim = "journals are equal at equal offsets";
  const Standing reference = standing(evidence);
  std::size_t compared = 0, nodes = 0;
  for (const NodeSeen& node : evidence.nodes) {
    if (!node.opened || &node == reference.node) continue;
    ++nodes;
    for (const EntrySeen& entry : node.entries) {
      if (entry.offset > node.committed) break;
      const EntrySeen* other = entry_at(reference, entry.offset);
      if (!other)
        return broken(id, claim, node.name + " calls an entry at " + std::to_string(entry.offset) + " committed that no majority has");
      if (other->hash != entry.hash)
        return broken(id, claim, node.name + " and " + reference.node->name + " differ at offset " + std::to_string(entry.offset));
      ++compared;
    }
  }
  if (nodes == 0) return not_judged(id, claim, "there is one journal only");
  return held(id, claim, count_of(compared, "entries of ") + count_of(nodes, "nodes equal those of ") + reference.node->name);
}

Verdict one_actor_at_a_time(const Evidence& evidence) {
  constexpr auto id = "I3", claim = "one leader a term, one node that acts";
  std::map<std::uint64_t, std::string> leader_of;
  const auto contradicts = [&](std::uint64_t term, const std::string& node) {
    if (term == 0) return false;  // nobody counts terms
    const auto [it, added] = leader_of.try_emplace(term, node);
    return !added && it->second != node;
  };
  for (const LeaderSeen& seen : evidence.leaders)
    if (contradicts(seen.term, seen.node))
      return broken(id, claim,
                    "term " + std::to_string(seen.term) + " was led by " + leader_of[seen.term] + " and by " + seen.node);
  std::size_t acts = 0;
  std::uint64_t term = 0;
  std::pair<std::string, std::uint64_t> speaks;  // whose login was the last
  for (const VenueHistoryLine& line : evidence.door) {
    if (line.what == VenueSight::login) speaks = {line.node, line.term};
    if (line.what == VenueSight::login && contradicts(line.term, line.node))
      return broken(id, claim,
                    "in term " + std::to_string(line.term) + " the venue heard " + leader_of[line.term] + " and " + line.node);
    if (line.what != VenueSight::order && line.what != VenueSight::cancel) continue;
    ++acts;
    // What a node said on a connection that it gave up itself, and a venue that was frozen reads later, is nobody else's.
    if (line.fenced && speaks == std::pair{line.node, line.term}) continue;
    if (line.fenced) return broken(id, claim, line.node + " sent order " + line.order + " after another had logged in");
    if (line.term < term)
      return broken(id, claim,
                    line.node + " sent order " + line.order + " in term " + std::to_string(line.term) + ", after one of term " +
                        std::to_string(term));
    term = line.term;
    for (const FaultSeen& fault : evidence.faults)
      if (const Ms at = ms_of(evidence, line);
          fault.silences && fault.node == line.node && at > fault.at + evidence.goals.on_its_way && at < fault.healed)
        return broken(id, claim, line.node + " sent order " + line.order + " while it was silenced by: " + fault.what);
  }
  return held(id, claim, count_of(leader_of.size(), "terms, ") + count_of(acts, "orders, none by a node that might not act"));
}

Verdict no_order_twice(const Evidence& evidence) {
  constexpr auto id = "I4", claim = "the venue sees no order twice";
  if (!evidence.venue.arrived_again.empty())
    return broken(id, claim,
                  "order " + std::string(evidence.venue.arrived_again.front().text()) + " arrived more than once as new");
  if (evidence.venue.orders.empty()) return not_judged(id, claim, "no order reached the venue");
  return held(id, claim, count_of(evidence.venue.orders.size(), "orders, each arrived once"));
}

Verdict every_order_commanded(const Evidence& evidence) {
  constexpr auto id = "I5", claim = "every order at the venue was commanded in the journal";
  const Standing journal = standing(evidence);
  if (!journal.node) return broken(id, claim, "no node's journal could be read");
  if (evidence.venue.orders.empty()) return not_judged(id, claim, "no order reached the venue");
  std::set<std::string> known;
  for (const EntrySeen& entry : journal.node->entries) {
    if (entry.offset > journal.end) break;
    known.insert(entry.commanded.begin(), entry.commanded.end());
    known.insert(entry.orphans.begin(), entry.orphans.end());
  }
  for (const AuditedOrder& order : evidence.venue.orders)
    if (!known.contains(std::string(order.order.text())))
      return broken(id, claim, "the venue has order " + std::string(order.order.text()) + ", which no journal commanded");
  return held(id, claim, count_of(evidence.venue.orders.size(), "orders, all of them commanded"));
}

Verdict positions_agree(const Evidence& evidence) {
  constexpr auto id = "I6", claim = "positions are the unique executions, and the venue's";
  const Standing journal = standing(evidence);
  if (!journal.node) return broken(id, claim, "no node's journal could be read");
  std::map<std::string, Quantity> ours, theirs;
  std::set<std::string> executions;
  for (const FillSeen& fill : journal.node->fills) {
    if (fill.offset > journal.end) break;
    if (!executions.insert(fill.order + '\n' + fill.execution).second)
      return broken(id, claim, "execution " + fill.execution + " was booked twice");
    ours[fill.product] += fill.quantity;
  }
  for (const AuditedExecution& one : evidence.venue.executions) {
    if (!executions.contains(std::string(one.order.text()) + '\n' + std::string(one.execution.text())))
      return broken(id, claim, "the venue's execution " + std::string(one.execution.text()) + " was never booked");
    theirs[std::string(one.product.text())] += one.side == Side::buy ? one.quantity : -one.quantity;
  }
  for (const auto& [product, quantity] : ours)
    if (quantity != theirs[product])
      return broken(id, claim, product + ": " + quantity.text() + " in the journal, " + theirs[product].text() + " at the venue");
  if (executions.empty()) return not_judged(id, claim, "nothing was traded");
  return held(id, claim, count_of(executions.size(), "executions, ") + count_of(ours.size(), "products"));
}

Verdict nothing_uncommitted_shown(const Evidence& evidence) {
  constexpr auto id = "I7", claim = "nothing is shown that is not committed";
  const Standing journal = standing(evidence);
  if (!journal.node || evidence.consumed.empty()) return not_judged(id, claim, "nobody read while it went on");
  for (const ConsumedSeen& got : evidence.consumed) {
    const EntrySeen* entry = entry_at(journal, got.offset);
    if (!entry || entry->hash != got.hash)
      return broken(id, claim,
                    "a reader was given an entry at " + std::to_string(got.offset) + " that is not in the journal in the end");
  }
  return held(id, claim, count_of(evidence.consumed.size(), "entries read, all of them stand"));
}

Verdict limits_kept(const Evidence& evidence) {
  constexpr auto id = "I8", claim = "no limit is exceeded at the venue";
  const Goals& goals = evidence.goals;
  if (goals.position_max == Quantity{} && goals.order_quantity_max == Quantity{}) return not_judged(id, claim, "no limit is set");
  for (const AuditedOrder& order : evidence.venue.orders)
    if (goals.order_quantity_max != Quantity{} && order.quantity > goals.order_quantity_max)
      return broken(id, claim, "order " + std::string(order.order.text()) + " of " + order.quantity.text());
  std::map<std::string, Quantity> positions;
  Quantity largest{};
  for (const AuditedExecution& one : evidence.venue.executions) {
    Quantity& position = positions[std::string(one.product.text())];
    position += one.side == Side::buy ? one.quantity : -one.quantity;
    largest = std::max(largest, abs(position));
    if (goals.position_max != Quantity{} && abs(position) > goals.position_max)
      return broken(id, claim, "a position of " + position.text() + ' ' + std::string(one.product.text()));
  }
  if (evidence.venue.executions.empty()) return not_judged(id, claim, "nothing was traded");
  return held(id, claim, "the largest position was " + largest.text() + ", the limit is " + goals.position_max.text());
}

Verdict consumer_skipped_nothing(const Evidence& evidence) {
  constexpr auto id = "I9", claim = "a consumer's cursor skips nothing";
  if (evidence.consumed.empty()) return not_judged(id, claim, "nobody consumed");
  for (std::size_t i = 1; i < evidence.consumed.size(); ++i)
    if (evidence.consumed[i].offset != evidence.consumed[i - 1].offset + 1)
      return broken(
          id, claim,
          "after " + std::to_string(evidence.consumed[i - 1].offset) + " came " + std::to_string(evidence.consumed[i].offset));
  return held(id, claim,
              "offsets " + std::to_string(evidence.consumed.front().offset) + " to " +
                  std::to_string(evidence.consumed.back().offset) + " without a gap");
}

Verdict available_again(const Evidence& evidence) {
  constexpr auto id = "I10", claim = "commands are acknowledged again after the fault";
  if (evidence.faults.empty()) return not_judged(id, claim, "there was no fault");
  Ms worst = 0;
  for (const FaultSeen& fault : evidence.faults) {
    Ms first = -1;
    for (const CommandSeen& command : evidence.commands)
      if (command.fate == Fate::acknowledged && command.answered >= fault.service_from && (first < 0 || command.answered < first))
        first = command.answered;
    if (first < 0) return broken(id, claim, "nothing was acknowledged after: " + fault.what);
    worst = std::max(worst, first - fault.service_from);
  }
  const std::string why = std::to_string(worst) + " ms after they should have been, the goal is " +
                          std::to_string(evidence.goals.available_again) + " ms";
  return worst > evidence.goals.available_again ? broken(id, claim, why) : held(id, claim, why);
}

Verdict bounded(const Evidence& evidence) {
  constexpr auto id = "I11", claim = "memory and disk stay within their bounds";
  if (evidence.nodes.empty()) return not_judged(id, claim, "no node was watched");
  std::uint64_t memory = 0, disk = 0;
  for (const NodeSeen& node : evidence.nodes) {
    memory = std::max(memory, node.resident_max);
    disk = std::max(disk, node.disk_bytes);
  }
  const std::string why = std::to_string(memory >> 20) + " MiB of memory, " + std::to_string(disk >> 20) + " MiB of disk at most";
  return memory > evidence.goals.resident_max || disk > evidence.goals.disk_max ? broken(id, claim, why) : held(id, claim, why);
}

Verdict no_silent_damage(const Evidence& evidence) {
  constexpr auto id = "I12", claim = "no damage goes unsaid";
  if (evidence.nodes.empty()) return not_judged(id, claim, "no journal was verified");
  for (const FaultSeen& fault : evidence.faults)
    if (!fault.unmet.empty()) return broken(id, claim, fault.unmet);
  std::string said;
  for (const NodeSeen& node : evidence.nodes) {
    if (node.damage.empty()) continue;
    const bool ours = std::any_of(evidence.faults.begin(), evidence.faults.end(),
                                  [&](const FaultSeen& fault) { return fault.corrupts && fault.node == node.name; });
    if (!ours) return broken(id, claim, node.name + ": " + node.damage);
    said += "; " + node.name + " says: " + node.damage;
  }
  return held(id, claim, count_of(evidence.nodes.size(), "journals verified") + said);
}

std::vector<Verdict> judge(const Evidence& evidence) {
  return {no_acknowledged_command_lost(evidence),
          journals_agree(evidence),
          one_actor_at_a_time(evidence),
          no_order_twice(evidence),
          every_order_commanded(evidence),
          positions_agree(evidence),
          nothing_uncommitted_shown(evidence),
          limits_kept(evidence),
          consumer_skipped_nothing(evidence),
          available_again(evidence),
          bounded(evidence),
          no_silent_damage(evidence)};
}

}  // namespace tally::drill
