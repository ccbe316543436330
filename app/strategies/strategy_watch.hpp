// Notices that a strategy file has other content, and compiles it. A file is told apart by the hash of its bytes, not by its
// time: one that was touched or written anew with the same content is no change.
#pragma once

#include <optional>

#include "app/strategies/strategy_file.hpp"

namespace tally {

class StrategyWatch {
 public:
  // Loads the file. Throws StrategyFileError where it is wrong from the start.
  explicit StrategyWatch(std::string file, ParameterChoices choices = {});

  const strategy::ProgramPtr& program() const { return program_; }  // the last good one

  // A content that was not seen in the last poll: compiled, or refused with the reasons, which are told once. What was running
  // goes on.
  struct Change {
    strategy::ProgramPtr program;          // null: refused
    std::vector<std::string> mistakes;     // one a line, as `tally strategy check` says them
  };
  std::optional<Change> poll();

 private:
  std::string file_;
  ParameterChoices choices_;
  std::string seen_;  // hash of the content; empty: it could not be read
  strategy::ProgramPtr program_;
};

}  // namespace tally
