// How the programs end. Scripts may rely on these numbers; docs/formats and --help name the same ones.
#pragma once

#include <stdexcept>
#include <string>

namespace tally {

enum ExitCode : int {
  exit_done = 0,
  exit_failed = 1,       // it could not be done; stderr says why in one line
  exit_usage = 2,        // unknown command, missing or malformed argument, bad profile
  exit_denied = 3,       // understood and refused by an entity; recorded as CommandDenied
  exit_refused = 4,      // refused at the inlet (full, disk reserve, stopping); nothing was recorded
  exit_not_found = 5,    // no such intent, investor, entity ...
  exit_differs = 6,      // a check ran and found a difference (replay --verify, journal verify, conservation)
  exit_busy = 7,         // the data directory is held by a process that does not answer
  exit_interrupted = 8,  // a backtest was stopped by a signal; what it had is written, marked incomplete
};

// Ends a command with one line on stderr.
struct CommandFailed : std::runtime_error {
  CommandFailed(ExitCode exit_code, const std::string& line) : std::runtime_error(line), code(exit_code) {}
  ExitCode code;
};

}  // namespace tally
