// Assertions that stay on in every build. A broken law throws LawBroken: the entity that found it is stopped and
// rebuilt by its supervisor, what it had half decided is discarded, and nothing wrong is sequenced. (An abort would
// take every other entity of the node down with it and meet the same input again after the restart.)
#pragma once

#include <stdexcept>
#include <string>

namespace tally {

// `what()` is the expression that did not hold, then its file and line.
struct LawBroken : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void law_broken(const char* expression, const char* file, int line) {
  throw LawBroken(std::string(expression) + " does not hold, " + file + ":" + std::to_string(line));
}

}  // namespace tally

#define TALLY_ASSERT(expression) ((expression) ? void() : ::tally::law_broken(#expression, __FILE__, __LINE__))
