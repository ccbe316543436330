// Why the broker session refused an order, or could not believe a report.
#pragma once

#include "messages/ids.hpp"

namespace tally::broker_session {

namespace rule {
inline const RuleId not_approved("NOT_APPROVED");
inline const RuleId send_refused("SEND_REFUSED");
inline const RuleId venue_rejected("VENUE_REJECTED");
inline const RuleId not_at_venue("NOT_AT_VENUE");
inline const RuleId unknown_order("UNKNOWN_ORDER");
inline const RuleId orphan("ORPHAN");
inline const RuleId overfill("OVERFILL");
inline const RuleId illegal_transition("ILLEGAL_TRANSITION");
inline const RuleId contradicts_order("CONTRADICTS_ORDER");
inline const RuleId quantity_mismatch("QUANTITY_MISMATCH");
inline const RuleId still_in_doubt("STILL_IN_DOUBT");
}  // namespace rule

}  // namespace tally::broker_session
