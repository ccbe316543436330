// The venue of a simulated cluster: the real simulated exchange behind a door that sees everything that arrives, and judges it.
//
// Personalities: it knows a client order id again, or trades it once more; a login ends the session before, or nothing does. It
// never fails itself. What it says is numbered, and a session hears it from a number on.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "persistence/memory_journal.hpp"

namespace tally::cluster_simulation {

using VenueSession = std::uint64_t;

class VirtualVenue {
 public:
  struct Personality {
    bool knows_ids_again = true;
    bool fences_sessions = true;
    Ratio rejects{}, duplicates{}, participation{};
  };
  struct Said {
    Offset number = 0;
    Message message;
  };

  VirtualVenue(Personality personality, std::uint64_t seed, Time now, const ProductDefined& product);

  VenueSession login() { return ++session_; }
  // What arrives, in the moment in which it does. False: it came by a session that is over, and went no further.
  bool take(VenueSession session, Message message, Time now);
  void show(const BarObserved& bar);

  Offset end() const { return said_.empty() ? 0 : said_.back().number; }
  const std::vector<Said>& said() const { return said_; }
  const std::optional<BarObserved>& bar() const { return bar_; }

  // ---- for the judge ----
  Quantity position() const { return position_; }
  const std::map<ClientOrderId, OrderCommanded>& orders() const { return orders_; }   // as they arrived first
  const std::set<ClientOrderId>& again() const { return again_; }                    // arrived twice as new
  std::size_t working() const;
  const std::map<ExecutionId, Quantity>& trades() const { return trades_; }          // signed

 private:
  void hear(const Entry& entry);

  const Personality personality_;
  MemoryJournal journal_;
  DeterministicHost host_;
  VenueSession session_ = 0;
  std::vector<Said> said_;
  std::optional<BarObserved> bar_;
  Quantity position_;
  std::map<ClientOrderId, OrderCommanded> orders_;
  std::set<ClientOrderId> again_;
  std::map<ExecutionId, Quantity> trades_;
};

}  // namespace tally::cluster_simulation
