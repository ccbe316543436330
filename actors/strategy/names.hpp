// What the names and numbers of an expression mean in one definition: roles, timeframes, indicators with their numbers and outputs,
// parameters, bars back. What means nothing is an ExpressionError at its place, with what may have been meant.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "actors/strategy/expression.hpp"
#include "actors/strategy/mistake.hpp"
#include "actors/strategy/program.hpp"

namespace tally::strategy {

// An indicator's output as an expression means it, before a stream is taken for it.
struct Meant {
  std::uint32_t role = 0;
  std::string timeframe;
  indicators::Spec spec;
  Field input = Field::close;
  std::uint32_t output = 0;
  bool output_chosen = false;
};

template <class List>
bool is_among(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

inline std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

const indicators::Kind* kind_named(std::string_view name);   // null: there is none

class Names {
 public:
  explicit Names(const StrategyDefinition& definition) : definition_(definition) {}

  // The text that the next expressions were read from.
  void read(std::string text) { text_ = std::move(text); }
  std::string_view written(const Expression& of) const { return std::string_view(text_).substr(of.at, of.end - of.at); }

  std::optional<std::uint32_t> role_named(const Word& word) const;
  [[noreturn]] void unknown(const Word& word, bool may_be_role) const;
  std::string timeframe_of(const Expression& of) const;
  // [ role "." ] kind "(" [ series "," ] numbers ")" [ "@" timeframe ] [ "." output ], whether it is used or only named. `role`:
  // where none is written.
  Meant meant_by_call(const Expression& of, std::uint32_t role) const;
  void choose_output(Meant& meant, const Word& word) const;

  // Numbers that are known before any bar.
  double parameter(const Expression& of) const;
  double constant(const Expression& of) const;
  std::uint32_t bars_back(const Expression& of) const;

 private:
  indicators::Spec spec_of(const indicators::Kind& kind, const Expression& of, std::size_t first) const;

  const StrategyDefinition& definition_;
  std::string text_;
};

}  // namespace tally::strategy
