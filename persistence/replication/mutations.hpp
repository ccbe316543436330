// Deliberate defects around the core: of the journal, the session between nodes and the effect gate. They show that the simulation
// of the cluster can fail. As in consensus/mutations.hpp: only where TALLY_MUTATIONS is defined, elsewhere a constant.
#pragma once

namespace tally::replication {

enum class Defect {
  none,
  // the journal
  keeps_truncated_rows,
  keeps_truncated_marks,
  trusts_any_checksum,
  reports_before_the_sync,
  swallows_a_failed_sync,
  forgets_its_promises,
  links_ahead_of_entries,
  // the session
  takes_packets_twice,
  // the effect gate
  releases_older_terms,
  releases_twice,
};

#ifdef TALLY_MUTATIONS
inline Defect active_defect = Defect::none;
inline bool defective(Defect defect) { return active_defect == defect; }
#else
constexpr bool defective(Defect) { return false; }
#endif

}  // namespace tally::replication
