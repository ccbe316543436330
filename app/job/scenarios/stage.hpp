// A whole account in the deterministic host, with a journal in memory, a venue and a market worked by hand.
// What the effect gate releases goes to the venue's mailbox; nothing is answered unless one says so.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/host/shard/effect_gate.hpp"
#include "persistence/memory_journal.hpp"
#include "app/job/scenarios/hand_venue.hpp"

namespace tally::scenario {

struct Market {
  Price mark;
  Price half_spread;
  BookState book = BookState::two_sided;
  std::int64_t age_ms = 0;
};

class Stage {
 public:
  explicit Stage(std::string_view shard = "acme");
  ~Stage();

  // ---- what may be moved ----
  Time now{1'704'153'600 * ns_per_s};
  std::map<ProductId, Market> market;
  HandVenue venue;

  // ---- inputs ----
  // Hands `message` in with the prices it needs beside it, as a node does, then collects the effects.
  Offset submit(Message message);
  // The process dies and another one goes on from the journal: what the gate had released and the venue had not yet
  // taken is lost. The new host records that it started.
  void restart();
  // Moves time on; deadlines that fall due come in at their own time, each with its prices.
  void advance(std::int64_t ns);

  // ---- effects that wait for the venue ----
  std::deque<Message> to_venue;

  // ---- what came of it ----
  const MemoryJournal& journal() const { return journal_; }
  Symbol shard() const { return shard_; }
  DeterministicHost& host() { return *host_; }
  template <class E>
  const typename E::State& state(std::string_view key) {
    return host_->state<E>(key);
  }
  // All events of one type, in order.
  template <class M>
  std::vector<M> all() const {
    std::vector<M> found;
    for_each_entry(journal_, shard_, 1, journal_.end(shard_), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* body = std::get_if<M>(&event.body)) found.push_back(*body);
    });
    return found;
  }
  template <class M>
  M last() const {
    return all<M>().back();
  }

 private:
  std::unique_ptr<DeterministicHost> make_host();
  std::vector<Message> captured_for(const Message& message) const;
  void capture(ProductId product, std::vector<Message>& captured) const;
  void collect_effects();

  Symbol shard_;
  MemoryJournal journal_;
  std::unique_ptr<DeterministicHost> host_;
  EffectGate gate_{0, 0};
};

}  // namespace tally::scenario
