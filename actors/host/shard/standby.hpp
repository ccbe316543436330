// A shard that follows its journal without running: every cell folded as far as entries are committed, so that whoever takes
// over begins there instead of at the beginning. Starting from nothing is the same thing, followed once.
//
// One thread at a time. What is committed is never taken back, so neither is anything here.
#pragma once

#include <map>
#include <memory>

#include "actors/host/shard/replayer.hpp"

namespace tally {

class Standby {
 public:
  using Cells = std::map<EntityRef, std::shared_ptr<AnyCell>>;

  // `program` and `journal` outlive it.
  Standby(const Program& program, Symbol shard, const Journal& journal);
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  // Folds entries up to `upto`, at most `entries_max` of them; true where it has got there. Throws JournalDamaged, and what a
  // fold throws.
  bool follow(Offset upto, std::size_t entries_max = SIZE_MAX);

  Offset followed() const { return next_ == 0 ? 0 : next_ - 1; }
  // The entry whose step is still open; null where there is none.
  const EntryPtr& last() const { return replayer_.last(); }

  // For whoever goes live from here; nothing is left.
  bool unused() const { return !taken_; }
  ShardCore take_core() {
    taken_ = true;
    return std::move(core_);
  }
  Cells take_cells() { return std::move(cells_); }

 private:
  const Journal& journal_;
  ShardCore core_;
  Cells cells_;
  Replayer replayer_;
  bool taken_ = false;
  Offset next_ = 0;   // 0: nothing was read so far, not even snapshots
};

}  // namespace tally
