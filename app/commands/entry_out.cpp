#include "app/commands/entry_out.hpp"

#include <iostream>

#include "app/time_text.hpp"
#include "messages/catalog.hpp"
#include "messages/json.hpp"

namespace tally {

void print_entry(const CommandLine& line, const Entry& entry, Symbol shard) {
  if (line.json) return print_json(to_json(entry, shard));
  for (const Event& event : entry.events)
    std::cout << entry.offset << "  " << iso_time(entry.at) << "  "
              << (event.stream.kind == EntityKind::none ? "<- " + entry.producer : text_of(event.stream)) << "  "
              << row_of(event.body).name << "  " << idempotency_key(event.body) << '\n';
}

}  // namespace tally
