// Words of the command line about tapes, as their values. What is none of them ends the command with code 2.
#pragma once

#include "app/commands/command_line.hpp"
#include "persistence/tape/tape_writer.hpp"

namespace tally {

struct TapeWords {
  std::string tape, sync = "10ms", compress_after, keep;
  std::uint64_t segment_mb = 64, keep_mb = 0, reserve_mb = 512;
};

void add_tape_option(Command command, TapeWords& words);
void add_retention_options(Command command, TapeWords& words);
void add_writing_options(Command command, TapeWords& words);

TapeRetention retention_of(const TapeWords& words);
TapeOptions options_of(const TapeWords& words);
// "250ms", "90s", "12h", "30d" in ns.
std::int64_t age_of(const std::string& text, const char* option);

// Runs `act`, with the exit codes of tapes: 5 no tape, 6 damage, 7 held by another process.
void with_tape(const std::function<void()>& act);
// Throws CommandFailed, code 70, where the writer's disk failed.
void check_disk(const TapeWriter& writer);

void print_opening(const TapeOpening& opening);

}  // namespace tally
