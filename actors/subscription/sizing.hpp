// How large a position one opening trade may take: sized by loss, under the terms' hard caps.
//
// Formula (issue of the signal trader, ST2; the same as fixed-fractional sizing by stop distance):
//   lots = floor( capital at risk / (stop_loss_ratio x price x multiplier x lot) )
//   capital at risk = min( risk_fraction x virtual capital, loss_max )
// and then never more than
//   leverage_max x virtual capital   of notional
//   notional_max                     of notional
// so that a stop that is met at its price loses at most the capital at risk. Laws: exact, as if computed with unbounded
// rationals and rounded down once, to whole lots; more capital never gives fewer lots, a wider stop or a tighter cap never
// more. Throws DecimalError where a number leaves its range; never wraps.
#pragma once

#include "messages/ledger.hpp"

namespace tally {

struct Opening {
  Money virtual_capital;   // > 0
  Ratio stop_loss_ratio;   // 0 < ratio <= 1
  Price price;             // > 0
  Quantity lot;            // > 0
  std::int64_t multiplier = 1;  // > 0
};

// A whole number of lots, >= 0.
Quantity size_of(const Opening& opening, const SubscriptionTerms& terms);

}  // namespace tally
