#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_tape_commands(Command app, CommandLine& line);

}  // namespace tally
