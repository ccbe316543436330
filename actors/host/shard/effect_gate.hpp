// Which committed events leave the shard, and when: once, in order, after they are durable, while this leader's term
// lasts. Pure; the host performs what release() hands out. Entities never act outside.
#pragma once

#include "messages/entry.hpp"
#include "persistence/replication/mutations.hpp"

namespace tally {

// Where a committed event goes beside the journal.
enum class Port : std::uint8_t { none, venue, account };

// OrderCommanded, OrderCancelCommanded and VenueStateRequested go to the account's venue; what a simulated exchange
// reports goes back to the account's shard.
inline Port port_of(const Event& event) {
  const bool exchange = event.stream.kind == EntityKind::simulated_exchange;
  if (std::holds_alternative<OrderCommanded>(event.body) || std::holds_alternative<OrderCancelCommanded>(event.body) ||
      std::holds_alternative<VenueStateRequested>(event.body))
    return event.stream.kind == EntityKind::none ? Port::none : Port::venue;
  if (exchange && (std::holds_alternative<ExecutionReported>(event.body) || std::holds_alternative<VenueStateReported>(event.body)))
    return Port::account;
  return Port::none;
}

class EffectGate {
 public:
  // What stood in the journal before this term is never released by it: whether it left is for reconciliation to find out.
  EffectGate(std::uint64_t term, Offset end) : term_(term), released_(end) {}

  // `perform(entry, event, port)` is called for each effect of a committed entry. Entries come in offset order;
  // repeats are ignored.
  template <class Perform>
  void release(const Entry& committed, Perform perform) {
    using replication::Defect, replication::defective;
    const bool older = committed.term != term_ && !defective(Defect::releases_older_terms);
    const bool again = committed.offset <= released_ && !defective(Defect::releases_twice) && !defective(Defect::releases_older_terms);
    if (older || again) return;
    released_ = committed.offset;
    for (const Event& event : committed.events)
      if (const Port port = port_of(event); port != Port::none) perform(committed, event, port);
  }

  Offset released() const { return released_; }

 private:
  std::uint64_t term_;
  Offset released_;
};

}  // namespace tally
