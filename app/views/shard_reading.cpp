#include "app/views/shard_reading.hpp"

#include "actors/programs.hpp"

namespace tally {

ShardReading::ShardReading(const Journal& journal, Symbol shard)
    : host_(account_program(), shard, [](const Entry&) {}, &journal) {
  host_.recover();
}

bool ShardReading::knows(const EntityRef& entity) {
  bool known = false;
  host_.for_each_cell([&](AnyCell& cell) { known |= cell.ref() == entity; });
  return known;
}

}  // namespace tally
