// A whole account in the deterministic host, with a journal in memory, a venue and a market worked by hand.
// What the effect gate releases goes to the venue's mailbox; nothing is answered unless one says so.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/host/shard/effect_gate.hpp"
#include "actors/programs.hpp"
#include "actors/topology.hpp"
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
  explicit Stage(std::string_view shard = "acme") : shard_(shard), host_(make_host()) {}

  // ---- what may be moved ----
  Time now{1'704'153'600 * ns_per_s};
  std::map<ProductId, Market> market;
  HandVenue venue;

  // ---- inputs ----
  // Hands `message` in with the prices it needs beside it, as a node does, then collects the effects.
  Offset submit(Message message) {
    std::vector<Message> messages = captured_for(message);
    messages.push_back(std::move(message));
    const Offset offset = host_->submit(std::move(messages), now, "test");
    collect_effects();
    return offset;
  }
  // The process dies and another one goes on from the journal: what the gate had released and the venue had not yet
  // taken is lost. The new host records that it started.
  void restart() {
    to_venue.clear();
    gate_ = EffectGate(0, journal_.end(shard_));
    host_ = make_host();
    host_->recover();
    submit(ShardStarted{"node", "test", now});
  }
  // Moves time on; deadlines that fall due come in at their own time, each with its prices.
  void advance(std::int64_t ns) {
    const Time until = now + ns;
    while (const auto deadline = host_->core().next_deadline()) {
      if (deadline->at > until) break;
      now = std::max(now, deadline->at);
      submit(Message(DeadlineReached{deadline->target, deadline->name, deadline->at}));
    }
    now = until;
  }

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
  std::unique_ptr<DeterministicHost> make_host() {
    const auto append = [this](const Entry& entry) { journal_.append(shard_, entry); };
    return std::make_unique<DeterministicHost>(account_program(), shard_, append, &journal_);
  }
  std::vector<Message> captured_for(const Message& message) const {
    std::vector<Message> captured;
    if (const auto* signal = std::get_if<SendSignal>(&message)) capture(signal->product, captured);
    if (const auto* deadline = std::get_if<DeadlineReached>(&message);
        deadline && deadline->target.kind == EntityKind::netting_book)
      capture(ProductId(deadline->target.key), captured);
    if (const auto* withdraw = std::get_if<WithdrawFunds>(&message))
      for (const auto& [product, at] : market)
        captured.push_back(MarkCaptured{product, at.mark, "test", now, withdraw->investor});
    return captured;
  }
  void capture(ProductId product, std::vector<Message>& captured) const {
    const auto it = market.find(product);
    if (it == market.end()) return;
    const Market& at = it->second;
    captured.push_back(MarkCaptured{product, at.mark, "test", now, {}});
    const bool two = at.book == BookState::two_sided;
    captured.push_back(MidPriceCaptured{product, at.book, at.mark - at.half_spread, at.mark + at.half_spread,
                                        two ? at.mark : Price{}, "test", 7, now + -at.age_ms * ns_per_ms});
  }
  void collect_effects() {
    for_each_entry(journal_, shard_, gate_.released() + 1, journal_.end(shard_), [&](const Entry& entry) {
      gate_.release(entry, [&](const Entry&, const Event& event, Port port) {
        if (port == Port::venue) to_venue.push_back(event.body);
      });
    });
  }

  Symbol shard_;
  MemoryJournal journal_;
  std::unique_ptr<DeterministicHost> host_;
  EffectGate gate_{0, 0};
};

}  // namespace tally::scenario
