// One investor's capital over the strategies that they follow, by the scoreboard's weights: what to move so that each
// subscription has its share. Pure and exact; what comes out is ReleaseCapital and AllotCapital, which the account judges as
// anybody's.
#pragma once

#include <map>
#include <vector>

#include "messages/decimal.hpp"
#include "messages/ids.hpp"

namespace tally {

// A subscription as it stands.
struct Allotted {
  SubscriptionId subscription;
  SignalSourceId source;
  Money capital;       // cash, buffer and position at the last price
  Money free;          // of it, what could leave now
};

struct AllocationRow {
  SubscriptionId subscription;
  SignalSourceId source;
  Ratio weight;        // the source's, as published
  Money capital;
  Money target;        // whole minimum units
  Money release;       // either or neither is above zero
  Money allot;
};

// The sum of the capital of subscriptions whose source has a weight is divided by weight, a source's share evenly over its
// subscriptions, rounded down to whole units; others are left alone. A release is at most what is free; what is allotted is at
// most what is released, so that the sum never grows, and where that is too little each gets the same share of what it lacks.
// Rows in the order of subscriptions; none where no source has a weight above zero. Throws DecimalError beyond 128 bits.
std::vector<AllocationRow> allocation_of(const std::vector<Allotted>& subscriptions,
                                         const std::map<SignalSourceId, Ratio>& weights, Money minimum_unit);

}  // namespace tally
