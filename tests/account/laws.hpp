// The laws of a whole account, checked against nothing but its journal and its entities' states.
#pragma once

#include <set>
#include <string>

#include "app/job/scenarios/stage.hpp"

namespace tally::account {

using scenario::Stage;

class Laws {
 public:
  explicit Laws(Stage& rig) : rig_(rig) {}

  // Reads what was appended since the last call, then compares. Returns the first law that is broken, or an empty text.
  std::string broken();

  // Rebuilds the whole account from its journal and compares every state; then decides the journal's inputs anew in a
  // fresh host and compares every entry. Byte for byte.
  std::string replay_differs();

  // After everything came to an end: nothing works, nothing is reserved, nobody waits.
  std::string unfinished();

  Money paid_in() const { return paid_in_; }
  std::uint64_t fills() const { return fills_; }
  std::uint64_t crosses() const { return crosses_; }

 private:
  void read(const Entry& entry);

  Stage& rig_;
  Offset read_to_ = 0;
  Money paid_in_;        // deposits less withdrawals
  Money traded_;         // cash of the account's own fills and of assigned drift
  std::uint64_t fills_ = 0;
  std::uint64_t crosses_ = 0;
  std::map<ProductId, Quantity> filled_;
  std::map<ProductId, std::int64_t> multipliers_;
  std::set<ExecutionId> executions_;
  std::set<InvestorId> investors_;
  std::set<SubscriptionId> subscriptions_;
  std::string fault_;
};

}  // namespace tally::account
