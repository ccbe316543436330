#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_feed_commands(CLI::App& app, CommandLine& line);

}  // namespace tally
