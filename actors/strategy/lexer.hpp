// The tokens of an expression, each with its place. See docs/strategies.md.
#pragma once

#include <string_view>

#include "actors/strategy/mistake.hpp"

namespace tally::strategy {

enum class TokenKind { number, name, parameter, text, timeframe, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;   // of a parameter without '$', of a timeframe without '@', of a text without its quotes
  std::size_t at = 0;      // offset of its first character, '$', '@' and quotes included
  double number = 0;       // of a number

  bool is(std::string_view symbol) const { return kind == TokenKind::symbol && text == symbol; }
  bool is_word(std::string_view word) const { return kind == TokenKind::name && text == word; }
};

// All tokens of `text`, the end last. They look into `text`. Throws ExpressionError.
std::vector<Token> tokens_of(std::string_view text);

}  // namespace tally::strategy
