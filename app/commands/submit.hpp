// How a command is handed in, and what came of it printed.
#pragma once

#include "app/commands/command_line.hpp"
#include "app/commands/parsed.hpp"
#include "app/node_access.hpp"

namespace tally {

IdempotencyKey key_or_fresh(const std::string& given);

// Hands `message` in and prints what came of it. A command that was answered before under its key prints that answer.
// Throws CommandFailed where it was refused or denied.
void submit_and_print(const CommandLine& line, const Message& message);
void submit_and_print(const CommandLine& line, NodeAccess& node, const Message& message);

}  // namespace tally
