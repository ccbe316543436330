// What is wrong with a strategy, and exactly where.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace tally::strategy {

// `place` is the scalar of the definition, as a path: "rules.main.long", "indicators.fast", "parameters.n.min". Whoever read a
// file knows where that stands in it.
struct Mistake {
  std::string place;
  std::size_t offset = 0;   // characters into that scalar, from 0
  std::string problem;      // "'fsat' is not known"
  std::string suggestion;   // "fast"; empty where nothing is near

  // "'fsat' is not known; did you mean 'fast'?"
  std::string text() const { return problem + (suggestion.empty() ? "" : "; did you mean '" + suggestion + "'?"); }
};

// Thrown with all that were found, in the order of the definition; never empty.
struct Mistakes : std::runtime_error {
  explicit Mistakes(std::vector<Mistake> all_found)
      : std::runtime_error(all_found.front().place + ':' + std::to_string(all_found.front().offset + 1) + ": " +
                           all_found.front().text()),
        found(std::move(all_found)) {}
  std::vector<Mistake> found;
};

// One inside an expression, before it is known where that stands.
struct ExpressionError : std::runtime_error {
  ExpressionError(std::size_t at, const std::string& what_is_wrong, std::string better = {})
      : std::runtime_error(what_is_wrong), offset(at), suggestion(std::move(better)) {}
  std::size_t offset;
  std::string suggestion;
};

}  // namespace tally::strategy
