// tally venue: a simulated venue as a process of its own.
#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_venue_commands(Command app, CommandLine& line);

}  // namespace tally
