#include "app/views/resting_tree.hpp"

#include <map>

#include "messages/json_codec.hpp"

namespace tally {

std::vector<TreeRow> resting_tree(const Journal& journal, Symbol shard) {
  const std::string root = "journal/" + std::string(shard.text());
  std::map<EntityRef, TreeRow> entities;
  const auto row_of = [&](const EntityRef& entity) -> TreeRow& {
    TreeRow& row = entities[entity];
    if (row.path.empty()) row = {root + '/' + text_of(entity), "at rest", 0, 0, 0, 0};
    return row;
  };
  for_each_entry(journal, shard, 1, journal.committed(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events) {
      if (event.stream.kind != EntityKind::none) {
        TreeRow& row = row_of(event.stream);
        row.stream_version = event.stream_sequence;
        row.last_input = entry.causation;
      } else if (const auto* restarted = std::get_if<EntityRestarted>(&event.body)) {
        ++row_of(restarted->entity).restarts;
      } else if (const auto* stopped = std::get_if<EntityStopped>(&event.body)) {
        row_of(stopped->entity).state = "stopped";
        row_of(stopped->entity).mailbox = stopped->waiting.size();
      } else if (const auto* resumed = std::get_if<EntityResumed>(&event.body)) {
        row_of(resumed->entity).state = "at rest";
        row_of(resumed->entity).mailbox = 0;
      }
    }
  });
  std::vector<TreeRow> rows{{root, "at rest", 0, journal.committed(shard), 0, journal.committed(shard)}};
  for (auto& [entity, row] : entities) rows.push_back(std::move(row));
  return rows;
}

}  // namespace tally
