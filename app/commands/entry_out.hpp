// Entries of a journal as lines: one an event, or with --json one JSON object an entry.
#pragma once

#include "app/commands/command_line.hpp"
#include "messages/entry.hpp"

namespace tally {

void print_entry(const CommandLine& line, const Entry& entry, Symbol shard);

}  // namespace tally
