// An account's shard and the shard of its simulated venue on one thread: what one's effect gate releases is the other's next
// input, in the order in which it was released. What the live host does with a journal on disk between the two happens here
// at once: an entry is committed when it is appended.
//
// Law: no input is taken before everything that the one before led to, in both shards, has been taken.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/simulated_exchange/state.hpp"

namespace tally::backtest {

class AccountPair {
 public:
  // Writes the prices that an input needs beside it.
  using Capture = std::function<void(const Message& input, std::vector<Message>& captured)>;
  // Hears every entry. The entry is reused after the call returns.
  using Sink = std::function<void(Symbol shard, const Entry& entry)>;
  // The product's newest bar; null before the first.
  using LastBar = std::function<const BarObserved*(ProductId)>;

  struct Hooks {
    Capture capture;
    Sink sink;
    LastBar last_bar;
  };

  AccountPair(Symbol account, Symbol venue, Hooks hooks);
  AccountPair(const AccountPair&) = delete;

  // One input of the account and everything it leads to.
  void submit(Message message, Time now, const char* producer);
  // The venue's settings and products.
  void configure_venue(Message message, Time now);
  // A bar, for the venue to trade in.
  void show(const BarObserved& bar);

  // Whether the venue has an order that a bar could fill: of any product, of this one.
  bool needs_bars() const;
  bool needs_bars(ProductId product) const;

  // The account's next deadline, and taking it at its own time.
  std::optional<Deadline> next_deadline() const { return account_.core().next_deadline(); }
  void take(const Deadline& deadline);

  DeterministicHost& account() { return account_; }
  DeterministicHost& venue() { return venue_; }

 private:
  struct Hop {
    bool to_venue;
    Message message;
  };

  void appended(bool by_venue, const Entry& entry);
  void deliver(Time now);
  void to_venue(Message message, Time now);
  void show_last_bar(ProductId product);

  Symbol account_name_, venue_name_;
  Hooks hooks_;
  DeterministicHost account_, venue_;
  std::deque<Hop> hops_;
  std::vector<Message> input_;
  const SimulatedExchangeState* exchange_ = nullptr;
};

}  // namespace tally::backtest
