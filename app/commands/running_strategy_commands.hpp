#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

// list, switch and reload, of the group `tally strategy`.
void add_running_strategy_commands(Command group, CommandLine& line);

}  // namespace tally
