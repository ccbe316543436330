// Why a subscription refuses, releases or warns: contracts with everybody who reads the log.
#pragma once

#include "messages/ids.hpp"

namespace tally::rules {

// An opening that was not sized.
inline const RuleId inactive{"INACTIVE"};
inline const RuleId stale{"STALE"};
inline const RuleId stop_required{"STOP_REQUIRED"};
inline const RuleId mark_missing{"MARK_MISSING"};
inline const RuleId vc_exhausted{"VC_EXHAUSTED"};
inline const RuleId below_min_lot{"BELOW_MIN_LOT"};
inline const RuleId size_out_of_range{"SIZE_OUT_OF_RANGE"};

// A command that was denied.
inline const RuleId key_reused{"KEY_REUSED"};
inline const RuleId subscription_taken{"SUBSCRIPTION_TAKEN"};
inline const RuleId unknown_subscription{"UNKNOWN_SUBSCRIPTION"};
inline const RuleId other_investor{"OTHER_INVESTOR"};
inline const RuleId amount_not_positive{"AMOUNT_NOT_POSITIVE"};
inline const RuleId amount_not_whole_units{"AMOUNT_NOT_WHOLE_UNITS"};
inline const RuleId withdrawal_in_progress{"WITHDRAWAL_IN_PROGRESS"};
inline const RuleId insufficient_free_cash{"INSUFFICIENT_FREE_CASH"};

// An alert.
inline const RuleId stop_loss_crossed{"STOP_LOSS_CROSSED"};
inline const RuleId forced_flat_unfilled{"FORCED_FLAT_UNFILLED"};

}  // namespace tally::rules
