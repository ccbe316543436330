#include "tests/cluster_simulation/watch.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "actors/broker_session/broker_session.hpp"
#include "actors/programs.hpp"
#include "messages/stored.hpp"

namespace tally::cluster_simulation {
namespace {

void hold(bool holds, const std::string& what) {
  if (!holds) throw Violation(what);
}

std::uint64_t hash_of(const replication::Frame& frame) { return XXH3_64bits(frame.data(), frame.size()); }

std::string text(std::uint64_t value) { return std::to_string(value); }

}  // namespace

IdempotencyKey key_of(CommandNumber command) { return IdempotencyKey("c" + text(command)); }

CommandNumber command_of(const Message& message) {
  return std::visit(
      []<class M>(const M& body) -> CommandNumber {
        if constexpr (requires { body.key.text(); }) {
          const std::string_view key = body.key.text();
          if (key.size() > 1 && key[0] == 'c') return std::stoull(std::string(key.substr(1)));
        }
        return 0;
      },
      message);
}

// ---- the log ----

std::vector<LogEntry> Watch::stepped(const consensus::Core& core, LogSeen& seen) {
  const consensus::Log& log = core.log();
  const Index base = log.base().index;
  // From the end back to what is known already: equal chains, equal histories.
  Index same = log.last();
  while (same > base && (same > seen.entries.size() || seen.entries[same - 1].chain != log.chain_at(same))) --same;
  seen.entries.resize(same);
  for (Index index = same + 1; index <= log.last(); ++index) {
    seen.entries.push_back(log.at(index));
    truth_.appended(seen.entries.back());
  }

  const bool leads = core.role() == consensus::Role::leader || core.role() == consensus::Role::relay;
  if (leads && (seen.role != core.role() || seen.term != core.term())) truth_.leads(core, core.term());
  if (leads) truth_.led_on(core);
  seen.role = core.role();
  seen.term = core.term();

  std::vector<LogEntry> committed;
  for (Index index = std::max<Index>(seen.committed, 1) + 1; index <= core.commit(); ++index) {
    const LogEntry* entry = index <= seen.entries.size() && seen.entries[index - 1].index == index ? &seen.entries[index - 1] : nullptr;
    hold(entry || index <= truth_.end(), "committed, and in no log: " + text(index));
    if (!entry) continue;   // it was committed and trimmed in one step: the base's chain speaks for it
    const bool first = index > truth_.end();
    truth_.committed(*entry, core.term());
    if (!first) continue;
    record(*entry);
    committed.push_back(*entry);
  }
  seen.committed = std::max(seen.committed, core.commit());
  if (base > 1) truth_.based_on(log.base());
  truth_.within_bounds(core, plan_.core);
  return committed;
}

void Watch::record(const LogEntry& logged) {
  if (logged.kind != consensus::EntryKind::command) return;
  const auto entry = std::make_shared<const Entry>(read_entry(*logged.payload));
  hold(entry->term == logged.term, "an entry names another term than the one it was sequenced in: " + text(entry->offset));
  account_.append(the_account::shard, entry->offset, {&entry, 1});
  for (const Event& event : entry->events) {
    if (const auto* order = std::get_if<OrderCommanded>(&event.body)) {
      hold(commanded_.try_emplace(order->order, *order).second, "I4: an order was commanded twice: " + std::string(order->order.text()));
    } else if (const auto* fill = std::get_if<OrderFilled>(&event.body)) {
      const Quantity filled = fill->side == Side::buy ? fill->last_quantity : -fill->last_quantity;
      hold(fills_.try_emplace(fill->execution, filled).second, "I6: an execution counted twice: " + std::string(fill->execution.text()));
    } else if (std::holds_alternative<SignalReceived>(event.body) || std::holds_alternative<InvestorLedgerUpdated>(event.body)) {
      took_effect(command_of(event.body), *entry);
    } else if (std::holds_alternative<CommandDenied>(event.body)) {
      denied_.insert(command_of(event.body));
    }
  }
}

// A signal is received once, and a deposit booked once, however often it was asked for.
void Watch::took_effect(CommandNumber command, const Entry& entry) {
  const auto cause = account_.read(the_account::shard, entry.correlation, 1).at(0);
  const bool its_own = std::any_of(cause->events.begin(), cause->events.end(), [&](const Event& event) {
    return command_of(event.body) == command && !std::holds_alternative<WithdrawFunds>(event.body);
  });
  if (command == 0 || !its_own) return;   // withdrawals are paid out in their own time
  const auto [known, fresh] = effect_of_.try_emplace(command, entry.offset);
  hold(fresh || account_.read(the_account::shard, known->second, 1).at(0)->correlation == entry.correlation,
       "I1: a command took effect twice: " + text(command));
}

// ---- frames ----

void Watch::sent(Life from, NodeId to, Lane lane, const replication::Frame& frame) {
  lanes_[{from, to, lane}].frames.push_back(hash_of(frame));
}

void Watch::arrived(Life from, NodeId to, Lane lane, const replication::Frame& frame) {
  Way& way = lanes_[{from, to, lane}];
  const std::uint64_t hash = hash_of(frame);
  while (way.next < way.frames.size() && way.frames[way.next] != hash) ++way.next;
  hold(way.next < way.frames.size(), "session: a frame arrived that was not sent, or again, or out of order");
  ++way.next;
}

// ---- people ----

void Watch::invoked(CommandNumber command, const Message& message, Nanoseconds now) {
  commands_.try_emplace(command, Invocation{now, 0, !std::holds_alternative<WithdrawFunds>(message)});
}

void Watch::acknowledged(CommandNumber command, Offset last, Nanoseconds now) {
  hold(last <= account_.end(the_account::shard), "I1: acknowledged, and not committed: command " + text(command));
  const auto entry = account_.read(the_account::shard, last, 1).at(0);
  const auto cause = account_.read(the_account::shard, entry->correlation, 1).at(0);
  const bool its_own = std::any_of(cause->events.begin(), cause->events.end(), [&](const Event& event) { return command_of(event.body) == command; });
  hold(its_own, "I1: acknowledged by another command's entry: command " + text(command));
  Invocation& invocation = commands_.at(command);
  if (invocation.acknowledged != 0) return;
  invocation.acknowledged = now;
  acknowledged_.insert(command);
}

// ---- effects ----

void Watch::order_leaves(const OrderCommanded& order, consensus::Term) {
  hold(commanded_.contains(order.order), "I5: an order leaves that is not committed: " + std::string(order.order.text()));
  hold(left_.insert(order.order).second, "I4: an order leaves twice: " + std::string(order.order.text()));
}

void Watch::order_arrives(const OrderCommanded& order, consensus::Term term) {
  const auto known = commanded_.find(order.order);
  hold(known != commanded_.end(), "I5: an order arrived that is not committed: " + std::string(order.order.text()));
  hold(known->second.quantity == order.quantity && known->second.side == order.side, "I5: another order arrived than was commanded");
  hold(arrived_.insert(order.order).second, "I4: an order arrived twice as new: " + std::string(order.order.text()));
  hold(term >= newest_term_, "I3: an order of term " + text(term) + " arrived after one of term " + text(newest_term_));
  hold(order.quantity <= the_account::position_max() + the_account::position_max(), "I8: an order is larger than its limit");
  newest_term_ = term;
}

// ---- state ----

std::map<EntityRef, std::vector<std::byte>> Watch::cold_states(Offset upto) const {
  Standby cold(account_program(), the_account::shard, account_);
  cold.follow(upto);
  std::map<EntityRef, std::vector<std::byte>> states;
  for (const auto& [entity, cell] : cold.take_cells()) states[entity] = cell->state_bytes();
  return states;
}

void Watch::same_state(Standby& warm) const {
  const auto cold = cold_states(warm.followed());
  for (const auto& [entity, cell] : warm.take_cells()) {
    const auto found = cold.find(entity);
    hold(found != cold.end() && found->second == cell->state_bytes(),
         "I2: a node's state differs from what is committed: " + std::string(entity.key.text()) + " at " + text(warm.followed()));
  }
}

void Watch::complete(const VirtualVenue& venue, DeterministicHost& leader) const {
  // Linearizable: what was answered before another was asked took effect before it.
  std::vector<std::pair<Nanoseconds, Offset>> answered;   // by time; the newest effect that was known by then
  for (const auto& [command, invocation] : commands_) {
    if (invocation.acknowledged == 0) continue;
    const auto effect = effect_of_.find(command);
    hold(effect != effect_of_.end() || denied_.contains(command) || !invocation.must_show,
         "I1: acknowledged, and without effect: command " + text(command));
    if (effect != effect_of_.end()) answered.emplace_back(invocation.acknowledged, effect->second);
  }
  std::sort(answered.begin(), answered.end());
  for (std::size_t i = 1; i < answered.size(); ++i) answered[i].second = std::max(answered[i].second, answered[i - 1].second);
  for (const auto& [command, invocation] : commands_) {
    const auto effect = effect_of_.find(command);
    if (effect == effect_of_.end()) continue;
    const auto later = std::lower_bound(answered.begin(), answered.end(), std::pair(invocation.invoked, Offset{0}));
    if (later == answered.begin()) continue;
    hold(std::prev(later)->second <= effect->second, "linearizability: command " + text(command) + " took effect before one that was answered before it was asked");
  }
  // The venue is the truth.
  Quantity ours;
  for (const auto& [execution, quantity] : fills_) {
    ours += quantity;
    hold(venue.trades().contains(execution), "I6: a fill that the venue does not know: " + std::string(execution.text()));
  }
  hold(ours == venue.position(), "I6: our position is " + ours.text() + ", the venue's " + venue.position().text());
  for (const auto& [order, command] : venue.orders()) hold(commanded_.contains(order), "I5: the venue has an order that nobody commanded");
  hold(venue.again().empty(), "I4: the venue saw an order twice");
  // Who leads has the state that the committed history folds to.
  DeterministicHost cold(account_program(), the_account::shard, [](const Entry&) { throw Violation("the committed history ends within a step"); }, &account_);
  cold.recover();
  leader.for_each_cell([&](AnyCell& cell) {
    hold(cold.cell(cell.ref()).state_bytes() == cell.state_bytes(), "I2: the leader's state differs: " + std::string(cell.ref().key.text()));
  });
}

}  // namespace tally::cluster_simulation
