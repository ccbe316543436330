#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_feed_commands(Command app, CommandLine& line);

}  // namespace tally
