// Concludes from what a drill has seen whether each invariant held. Pure. One function an invariant; none asks the cluster what it
// thinks of itself, and each can fail (tests/drill).
//
// What stands in the journal is what a majority of the disks hold alike.
//
//   I1  every acknowledged command stands in the journal, at the offset that was acknowledged
//   I2  what any node calls committed stands in the journal, and is equal on all
//   I3  one leader a term; who may not act sends nothing: neither a session that another ended, nor a node that a fault silences
//   I4  no order arrived at the venue more than once as new
//   I5  every order at the venue was commanded in the journal, or found as an orphan
//   I6  the journal's positions, folded from unique executions, are the venue's
//   I8  no order and no position at the venue exceeds the limits
//   I9  a consumer got every offset once, in order, as it stands in the journal
//   I10 commands are acknowledged again within the goal after each fault
//   I11 memory and disk stayed within their bounds
//   I12 every journal verifies, or its damage was done by the drill and was said
//
// I7 (nothing uncommitted is shown) is judged where a consumer read while leaders changed: what it got must stand in the end.
#pragma once

#include "app/drill/evidence.hpp"
#include "app/drill/verdict.hpp"

namespace tally::drill {

// I1 to I12, in order.
std::vector<Verdict> judge(const Evidence& evidence);

Verdict no_acknowledged_command_lost(const Evidence& evidence);
Verdict journals_agree(const Evidence& evidence);
Verdict one_actor_at_a_time(const Evidence& evidence);
Verdict no_order_twice(const Evidence& evidence);
Verdict every_order_commanded(const Evidence& evidence);
Verdict positions_agree(const Evidence& evidence);
Verdict nothing_uncommitted_shown(const Evidence& evidence);
Verdict limits_kept(const Evidence& evidence);
Verdict consumer_skipped_nothing(const Evidence& evidence);
Verdict available_again(const Evidence& evidence);
Verdict bounded(const Evidence& evidence);
Verdict no_silent_damage(const Evidence& evidence);

}  // namespace tally::drill
