#include "actors/host/shard/standby.hpp"

#include <algorithm>

namespace tally {
namespace {

constexpr std::size_t standby_piece = 256;  // entries read at once

}  // namespace

Standby::Standby(const Program& program, Symbol shard, const Journal& journal)
    : journal_(journal), core_(shard), replayer_(program, core_, journal, [this, &program](const EntityRef& entity) -> AnyCell& {
        auto& cell = cells_[entity];
        if (!cell) cell = program.make_cell(entity);
        return *cell;
      }) {}

bool Standby::follow(Offset upto, std::size_t entries_max) {
  if (next_ == 0) next_ = replayer_.restore();
  while (next_ <= upto && entries_max > 0) {
    const auto entries = journal_.read(core_.shard(), next_, std::min({standby_piece, entries_max, upto - next_ + 1}));
    if (entries.empty()) return false;
    for (const EntryPtr& entry : entries) replayer_.feed(entry);
    entries_max -= entries.size();
    next_ += entries.size();
  }
  return next_ > upto;
}

}  // namespace tally
