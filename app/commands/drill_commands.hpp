// tally drill: faults against a real cluster of processes, judged from outside.
#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_drill_commands(Command app, CommandLine& line);

}  // namespace tally
