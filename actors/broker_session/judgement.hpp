// What a venue's report means for one order: a legal step of its life, something known, or a mismatch. Says it to the draft.
#pragma once

#include "actors/broker_session/draft.hpp"

namespace tally {

// One report about an order of ours.
void judge(const Order& order, const ExecutionReported& report, Draft& draft);

// One line of the venue's own records about an order that is not ours.
void judge_orphan(const ExecutionReported& report, Draft& draft);

// The venue's records list an order as open: where it was closed here before they were asked for, that is a mismatch.
void judge_presence(const Order* before, const ExecutionReported& open, std::uint64_t request, Draft& draft);

// The venue's complete records, asked for after all that was known of the order, do not list it as open.
void judge_absence(const ClientOrderId& id, const Order& order, const VenueStateReported& report, Draft& draft);

OrderCancelCommanded cancel_command(const ClientOrderId& id, const Order& order, const Moment& moment);

}  // namespace tally
