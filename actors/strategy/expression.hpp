// An expression as a tree, before its names mean anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tally::strategy {

enum class Operator {
  add, subtract, multiply, divide, less, less_or_equal, greater, greater_or_equal, equal, unequal, and_, or_, not_, negate
};

// A word of the text and where it stands.
struct Word {
  std::string text;
  std::size_t at = 0;
};

struct Expression {
  enum class Kind { number, parameter, text, unary, binary, reference };

  Kind kind = Kind::number;
  std::size_t at = 0;      // its first character
  std::size_t end = 0;     // after its last
  double number = 0;
  std::string name;        // of a parameter; of a text what it says
  Operator op = Operator::add;
  std::size_t op_at = 0;

  // [ role "." ] head [ "(" arguments ")" ] [ "@" timeframe ] [ "." output ] [ "[" bars back "]" ]
  std::vector<Word> names;             // the role, the head and its output, as far as they were written with points between
  bool called = false;
  std::optional<Word> timeframe;
  std::optional<Word> output;          // after a call or a timeframe

  std::vector<Expression> operands;    // of an operator, or the arguments of a call
  std::vector<Expression> bars_back;   // one or none
};

// Reads `text` as one expression. Throws ExpressionError. Bound: nested no deeper than depth_max.
inline constexpr std::size_t depth_max = 40;
Expression parse_expression(std::string_view text);

}  // namespace tally::strategy
