// `tally certs`.
#pragma once

#include "app/commands/command_line.hpp"

namespace tally {

void add_certs_commands(Command app, CommandLine& line);

}  // namespace tally
