#include "actors/strategy/names.hpp"

#include <charconv>
#include <cmath>

#include "actors/indicators/nearest_name.hpp"
#include "actors/indicators/number_text.hpp"

namespace tally::strategy {
namespace {

using indicators::Kind;
using indicators::Spec;

double double_of(ParameterValue value) {
  const std::string text = value.text();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_series(const Expression& of) {
  return of.kind == Expression::Kind::reference && !of.called && of.names.size() == 1 && !of.timeframe &&
         of.bars_back.empty() && field_of(of.names[0].text);
}

[[noreturn]] void no_such_function(const Word& head) {
  std::vector<std::string_view> known(function_names.begin(), function_names.end());
  for (const Kind& kind : indicators::kinds()) known.push_back(kind.name);
  std::string better = indicators::nearest_name(head.text, known);
  try {
    Spec::parse(head.text);
  } catch (const indicators::SpecError& error) {
    if (better.empty()) better = error.suggestion;
  }
  throw ExpressionError(head.at, quoted(head.text) + " is neither a function nor an indicator", better);
}

}  // namespace

const Kind* kind_named(std::string_view name) {
  for (const Kind& kind : indicators::kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

std::optional<std::uint32_t> Names::role_named(const Word& word) const {
  const auto& roles = definition_.roles;
  const auto found = std::find(roles.begin(), roles.end(), word.text);
  if (found == roles.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - roles.begin());
}

void Names::unknown(const Word& word, bool may_be_role) const {
  if (kind_named(word.text) || is_among(function_names, word.text))
    throw ExpressionError(word.at, quoted(word.text) + " needs its arguments",
                          kind_named(word.text) ? Spec::parse(word.text).text() : word.text + "(a, b)");
  if (may_be_role && role_named(word))
    throw ExpressionError(word.at, quoted(word.text) + " is a role; name a series of it", word.text + ".close");
  for (const StrategyParameter& parameter : definition_.parameters)
    if (parameter.name == word.text) throw ExpressionError(word.at, quoted(word.text) + " is not known", '$' + word.text);
  std::vector<std::string_view> known(field_names.begin(), field_names.end());
  for (const StrategyIndicator& indicator : definition_.indicators) known.push_back(indicator.name);
  if (may_be_role) known.insert(known.end(), definition_.roles.begin(), definition_.roles.end());
  throw ExpressionError(word.at, quoted(word.text) + " is not known", indicators::nearest_name(word.text, known));
}

std::string Names::timeframe_of(const Expression& of) const {
  const StrategyDefinition& definition = definition_;
  if (!of.timeframe || of.timeframe->text == definition.anchor) return definition.anchor;
  if (is_among(definition.timeframes, of.timeframe->text)) return of.timeframe->text;
  std::vector<std::string_view> known(definition.timeframes.begin(), definition.timeframes.end());
  known.push_back(definition.anchor);
  throw ExpressionError(of.timeframe->at, quoted(of.timeframe->text) + " is none of the timeframes",
                        indicators::nearest_name(of.timeframe->text, known));
}

// [ role "." ] kind "(" [ series "," ] numbers ")" [ "@" timeframe ] [ "." output ], whether it is used or only named.
Meant Names::meant_by_call(const Expression& of, std::uint32_t role) const {
  if (of.names.size() > 2) throw ExpressionError(of.names[1].at, "a role and an indicator are expected before '('");
  if (of.names.size() == 2) {
    const auto named = role_named(of.names[0]);
    if (!named) {
      const std::vector<std::string_view> known(definition_.roles.begin(), definition_.roles.end());
      throw ExpressionError(of.names[0].at, quoted(of.names[0].text) + " is no role of the universe",
                            indicators::nearest_name(of.names[0].text, known));
    }
    role = *named;
  }
  const Word& head = of.names.back();
  const Kind* kind = kind_named(head.text);
  if (!kind) no_such_function(head);
  Field input = Field::close;
  std::size_t first = 0;
  if (!of.operands.empty() && is_series(of.operands[0])) {
    if (!reads_one_series(kind->name))
      throw ExpressionError(of.operands[0].at, quoted(kind->name) + " reads whole bars, not one series", kind->shape());
    input = *field_of(of.operands[0].names[0].text);
    first = 1;
  }
  Meant meant{role, timeframe_of(of), spec_of(*kind, of, first), input};
  if (of.output) choose_output(meant, *of.output);
  return meant;
}

// The library reads its own spec; a mistake in one of the numbers is told where that number stands.
Spec Names::spec_of(const Kind& kind, const Expression& of, std::size_t first) const {
  std::string text = std::string(kind.name) + '(';
  std::vector<std::size_t> columns;  // in `text`, of each argument
  for (std::size_t i = first; i < of.operands.size(); ++i) {
    if (i > first) text += ',';
    columns.push_back(text.size() + 1);
    text += indicators::number_text(constant(of.operands[i]));
  }
  try {
    return Spec::parse(text + ')');
  } catch (const indicators::SpecError& error) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i] == error.column) throw ExpressionError(of.operands[first + i].at, error.problem, error.suggestion);
    throw ExpressionError(of.names.back().at, error.problem, error.suggestion);
  }
}

void Names::choose_output(Meant& meant, const Word& word) const {
  const auto outputs = outputs_of(meant.spec.kind().name);
  if (outputs.empty() || meant.output_chosen) throw ExpressionError(word.at, "this indicator has one value and no outputs");
  const auto found = std::find(outputs.begin(), outputs.end(), word.text);
  if (found == outputs.end())
    throw ExpressionError(word.at, quoted(word.text) + " is no output of " + std::string(meant.spec.kind().name),
                          indicators::nearest_name(word.text, outputs));
  meant.output = static_cast<std::uint32_t>(found - outputs.begin());
  meant.output_chosen = true;
}

double Names::parameter(const Expression& of) const {
  std::vector<std::string_view> known;
  for (const StrategyParameter& parameter : definition_.parameters) {
    if (parameter.name == of.name) return double_of(parameter.value);
    known.push_back(parameter.name);
  }
  const std::string nearest = indicators::nearest_name(of.name, known);
  throw ExpressionError(of.at, "'$" + of.name + "' is no parameter", nearest.empty() ? "" : '$' + nearest);
}

double Names::constant(const Expression& of) const {
  if (of.kind == Expression::Kind::number) return of.number;
  if (of.kind == Expression::Kind::parameter) return parameter(of);
  if (of.kind == Expression::Kind::unary && of.op == Operator::negate) return -constant(of.operands[0]);
  if (of.kind == Expression::Kind::binary && of.op <= Operator::divide) {
    const double left = constant(of.operands[0]), right = constant(of.operands[1]);
    if (of.op == Operator::add) return left + right;
    if (of.op == Operator::subtract) return left - right;
    return of.op == Operator::multiply ? left * right : left / right;
  }
  throw ExpressionError(of.at, "a number or a parameter is expected here, not " + quoted(written(of)));
}

std::uint32_t Names::bars_back(const Expression& of) const {
  if (of.bars_back.empty()) return 0;
  const double back = constant(of.bars_back[0]);
  if (back >= 0 && back <= bars_back_max && back == std::floor(back)) return static_cast<std::uint32_t>(back);
  throw ExpressionError(of.bars_back[0].at, "bars back must be a whole number from 0 to " + std::to_string(bars_back_max) +
                                                ", not " + indicators::number_text(back));
}

}  // namespace tally::strategy
