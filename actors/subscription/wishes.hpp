// What its decisions share: inside the subscription only.
#pragma once

#include "actors/capital.hpp"
#include "actors/subscription/rules.hpp"
#include "actors/subscription/subscription.hpp"

namespace tally::wishes {

using State = Subscription::State;
using Outlet = Out<Subscription::Events>;

inline IntentId intent_id(const Moment& moment, std::uint64_t number) { return {SubscriptionId(moment.self), number}; }

inline bool works(const State& state) { return outstanding(state) != Quantity{}; }

// Whether what works would still open. What is released while an intent works is of its opening leg: closings are never
// denied, and are given back only with all the rest.
inline bool opens(const Subscription::Intent& intent) { return abs(intent.released) < abs(intent.open); }

// Whether a closing order could do anything about `position`: what is below a lot cannot be traded, and stays.
inline bool closable(const State& state, Quantity position) { return position != Quantity{} && abs(position) >= state.lot; }

// The next intent, with everything filled in but its legs' sizes and what they were sized with.
IntentCreated next_intent(const State& state, const Moment& moment, IntentReason reason, const IdempotencyKey& cause);

// Something newer waits for the working intent: the book is to give it back, or to say when it is over. (Of a withdrawal's
// intent it says so unasked.)
void supersede_intent(const State& state, const Moment& moment, Outlet& out);

// Acts on the latest signal, which opens. `released` left the cash in this decision; `late` says that the signal itself
// was kept from this subscription, not only its turn.
void open_position(const State& state, Money released, bool late, const Moment& moment, Outlet& out);

// Closes what is held although the latest signal wants it flat.
void close_position(const State& state, IntentReason reason, const Moment& moment, Outlet& out);

// What to do once the latest intent is over.
void after_intent(const State& state, const Moment& moment, Outlet& out);

struct WithdrawalStep {
  bool finished = false;
  Money released;
};
// Releases what is free for the withdrawal; where that is short, reduces the position for it.
WithdrawalStep continue_withdrawal(const State& state, const Moment& moment, Outlet& out);
// Ends it with what is free.
WithdrawalStep finish_withdrawal(const State& state, const Moment& moment, Outlet& out);

}  // namespace tally::wishes
