// Another node leads the shard, or may: what was sequenced here and is not committed is for its leader to decide.
#pragma once

#include "persistence/journal.hpp"

namespace tally {

struct LeadershipLost : JournalError {
  using JournalError::JournalError;
};

}  // namespace tally
