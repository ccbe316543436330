#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_allocate_command(Command app, CommandLine& line);

}  // namespace tally
