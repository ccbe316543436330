// A strategy file, YAML or JSON (docs/strategies.md): read, compiled, and every mistake told with its place in the file.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "actors/strategy/compile.hpp"

namespace tally {

struct FileMistake {
  std::size_t line = 0;     // from 1
  std::size_t column = 0;   // from 1, in bytes
  std::string problem;
  std::string suggestion;   // empty where nothing is near
};

// what() is the first line; text() of a mistake is "FILE:12:9: 'fsat' is not known; did you mean 'fast'?"
struct StrategyFileError : std::runtime_error {
  StrategyFileError(std::string of_file, std::vector<FileMistake> all_found);
  std::string text(const FileMistake& mistake) const;
  std::string file;
  std::vector<FileMistake> found;  // by line; never empty
};

using ParameterChoices = std::map<std::string, ParameterValue>;

// The definition as it stands there. Throws StrategyFileError where the text is no YAML, a key is missing or not known, or a
// value is of the wrong form. `file` is only for messages.
StrategyDefinition read_strategy(const std::string& text, const std::string& file);

// Read, bound and compiled. Throws StrategyFileError with everything that is wrong.
strategy::ProgramPtr load_strategy(const std::string& text, const std::string& file, const ParameterChoices& choices = {});
// The same of a file on disk; one that cannot be read is a mistake of line 1.
strategy::ProgramPtr load_strategy_file(const std::string& file, const ParameterChoices& choices = {});

// JSON Schema (draft 2020-12) of the file, as text. What it accepts has the right form; load_strategy reads names and
// expressions.
std::string strategy_schema();

}  // namespace tally
