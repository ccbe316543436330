// The ledger facts of a batch: what each subscription gets of a fill or a cross, to the last unit.
//
// Every row is exact: cash + residual + fee == -price x quantity x multiplier, where cash is whole minimum units and
// 0 <= residual < one unit. The rows add up to the whole in quantity, fee and money; where they do not, LawBroken.
#pragma once

#include "actors/netting_book/batch.hpp"

namespace tally {

// The batch must be in execution, the fill on its ordered side, in whole lots and within what is left of the order.
FillSplit split_fill(const Batch& batch, const OrderFilled& fill);

// Crosses the lighter side whole against the heavier one, before execution begins. `mid` must be usable.
InternalNettingSettled settle_cross(const Batch& batch, const MidPriceCaptured& mid);

}  // namespace tally
