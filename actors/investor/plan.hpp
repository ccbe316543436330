// Which subscriptions an immediate withdrawal asks, and for how much.
//
// First what each has free, in order of name, for that costs nothing; then what each has tied up, pro rata, so that none
// is closed where all can be reduced alike; and where even that is short, everything of each. Laws: every ask is whole
// minimum units and above zero; together they are exactly what is short, unless everything is asked for; rows ascend by
// subscription. It is a plan on what the investor has seen: each subscription answers from what it really has.
#pragma once

#include <vector>

#include "actors/investor/investor.hpp"

namespace tally {

std::vector<WithdrawalRow> plan_withdrawal(const Investor::State& state, Money short_by, Money minimum_unit);

}  // namespace tally
