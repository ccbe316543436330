#include "app/views/shard_reading.hpp"

#include <boost/json/value.hpp>

#include "actors/programs.hpp"
#include "app/shard_names.hpp"

namespace tally {

ShardReading::ShardReading(const Journal& journal, Symbol shard)
    : host_(is_venue_shard(shard) ? venue_program() : account_program(), shard, [](const Entry&) {}, &journal) {
  host_.recover();
}

boost::json::value ShardReading::state_json_of(const EntityRef& entity) {
  boost::json::value found;
  host_.for_each_cell([&](AnyCell& cell) {
    if (cell.ref() == entity) found = cell.state_as_json();
  });
  return found;
}

}  // namespace tally
