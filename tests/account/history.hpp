// A random life of a whole account: commands, signals, a moving market, a venue that rejects, fills in parts, answers late,
// twice, out of order or never, restarts and failing entities. One seed is one history, on every machine.
#pragma once

#include <string>
#include <vector>

#include "app/job/scenarios/stage.hpp"

namespace tally::account {

using scenario::HandVenue;
using scenario::Stage;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {  // splitmix64
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t bound) { return static_cast<std::int64_t>((*this)() % static_cast<std::uint64_t>(bound)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class C>
  auto& one_of(C& list) {
    return list[static_cast<std::size_t>(below(static_cast<std::int64_t>(list.size())))];
  }

 private:
  std::uint64_t state_;
};

struct HistoryOptions {
  bool restarts = true;
  bool entity_failures = false;
  bool drifts = true;          // trades behind our back
};

class History {
 public:
  explicit History(std::uint64_t seed, HistoryOptions options = {});

  void step();
  // Lets everything under way come to its end on a healthy market with an honest venue.
  void settle();

  Stage rig;
  const std::vector<InvestorId>& investors() const { return investors_; }
  const std::vector<SubscriptionId>& subscriptions() const { return subscriptions_; }
  const std::vector<ProductDefined>& products() const { return products_; }

 private:
  void move_market();
  void signal();
  void investor_command();
  void operator_command();
  void venue_takes();
  void venue_acts();
  void deliver();
  void answer_state_request(const VenueStateRequested& request, bool complete);
  void resolve_a_drift();
  void fail_an_entity();
  bool waits_for_a_deadline();

  IdempotencyKey fresh_key() { return IdempotencyKey("k" + std::to_string(++keys_)); }
  Money some_money(std::int64_t most) {
    return Money::whole(1 + random_.below(most)) + Money::from_units(one_cent.units() * random_.below(100));
  }
  void command(Message message);   // sometimes the same again
  const ProductDefined& definition(ProductId product) const;

  Random random_;
  HistoryOptions options_;
  std::vector<ProductDefined> products_;
  std::vector<SignalSourceId> sources_;
  std::vector<InvestorId> investors_;
  std::vector<SubscriptionId> subscriptions_;
  std::map<SubscriptionId, InvestorId> owners_;
  std::vector<Message> reports_;
  std::uint64_t keys_ = 0;
};

}  // namespace tally::account
