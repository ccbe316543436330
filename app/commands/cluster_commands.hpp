// tally cluster: making a cluster of laptops out of data directories, and looking at it.
#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_cluster_commands(Command& app, CommandLine& line);

}  // namespace tally
