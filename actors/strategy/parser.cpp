// A Pratt parser: each binary operator has a binding power, and an operand takes what binds tighter. The table below is the
// precedence table of docs/strategies.md.
#include <utility>

#include "actors/strategy/expression.hpp"
#include "actors/strategy/lexer.hpp"

namespace tally::strategy {
namespace {

struct Binary {
  std::string_view written;
  Operator op;
  int power;
};
constexpr int or_power = 1, and_power = 2, not_power = 3, comparison_power = 4, sum_power = 5, product_power = 6, sign_power = 7;
constexpr Binary binaries[] = {
    {"or", Operator::or_, or_power},
    {"and", Operator::and_, and_power},
    {"<", Operator::less, comparison_power},
    {"<=", Operator::less_or_equal, comparison_power},
    {">", Operator::greater, comparison_power},
    {">=", Operator::greater_or_equal, comparison_power},
    {"==", Operator::equal, comparison_power},
    {"!=", Operator::unequal, comparison_power},
    {"+", Operator::add, sum_power},
    {"-", Operator::subtract, sum_power},
    {"*", Operator::multiply, product_power},
    {"/", Operator::divide, product_power},
};

const Binary* binary_of(const Token& token) {
  if (token.kind != TokenKind::symbol && token.kind != TokenKind::name) return nullptr;
  for (const Binary& binary : binaries)
    if (binary.written == token.text) return &binary;
  return nullptr;
}

bool is_reserved(const Token& token) { return token.is_word("and") || token.is_word("or") || token.is_word("not"); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

  Expression whole() {
    Expression read = expression(0);
    if (now().kind != TokenKind::end)
      throw ExpressionError(now().at, "'" + shown(now()) + "' may not follow here; an operator or the end is expected");
    return read;
  }

 private:
  const Token& now() const { return tokens_[next_]; }
  const Token& take() { return tokens_[next_++]; }
  bool take_if(std::string_view symbol) {
    if (!now().is(symbol)) return false;
    ++next_;
    return true;
  }
  // After the last character of the token before.
  std::size_t ended() const {
    const Token& last = tokens_[next_ - 1];
    const std::size_t marks = last.kind == TokenKind::text                                             ? 2
                              : last.kind == TokenKind::parameter || last.kind == TokenKind::timeframe ? 1
                                                                                                       : 0;
    return last.at + last.text.size() + marks;
  }
  std::string shown(const Token& token) const {
    if (token.kind == TokenKind::end) return "the end";
    const std::size_t index = static_cast<std::size_t>(&token - tokens_.data());
    const std::size_t until = index + 1 < tokens_.size() ? tokens_[index + 1].at : text_.size();
    std::string_view all = text_.substr(token.at, until - token.at);
    while (!all.empty() && (all.back() == ' ' || all.back() == '\n' || all.back() == '\t' || all.back() == '\r'))
      all.remove_suffix(1);
    return std::string(all);
  }
  [[noreturn]] void expected(const std::string& what) const {
    const Token& met = now();
    throw ExpressionError(met.at,
                          what + " is expected, not " + (met.kind == TokenKind::end ? "the end" : "'" + shown(met) + "'"));
  }
  void must_take(std::string_view symbol) {
    if (!take_if(symbol)) expected("'" + std::string(symbol) + "'");
  }

  // Operators that bind tighter than `power`.
  Expression expression(int power) {
    if (++depth_ > depth_max) throw ExpressionError(now().at, "nested deeper than " + std::to_string(depth_max));
    Expression left = operand();
    bool compared = false;
    for (const Binary* binary; (binary = binary_of(now())) && binary->power > power;) {
      const Token& op = take();
      if (binary->power == comparison_power && std::exchange(compared, true))
        throw ExpressionError(op.at, "comparisons do not chain; write 'a < b and b < c'");
      Expression both;
      both.kind = Expression::Kind::binary;
      both.op = binary->op;
      both.op_at = op.at;
      both.at = left.at;
      both.operands.push_back(std::move(left));
      both.operands.push_back(expression(binary->power));
      both.end = ended();
      left = std::move(both);
      if (binary->power < comparison_power) compared = false;
    }
    --depth_;
    return left;
  }

  Expression operand() {
    Expression read;
    read.at = now().at;
    if (now().is("-") || now().is_word("not")) {
      read.kind = Expression::Kind::unary;
      read.op = now().is("-") ? Operator::negate : Operator::not_;
      read.op_at = take().at;
      read.operands.push_back(expression(read.op == Operator::negate ? sign_power : not_power));
    } else if (take_if("(")) {
      read = expression(0);
      must_take(")");
      return read;
    } else if (now().kind == TokenKind::number) {
      read.number = take().number;
    } else if (now().kind == TokenKind::parameter) {
      read.kind = Expression::Kind::parameter;
      read.name = take().text;
    } else if (now().kind == TokenKind::text) {
      read.kind = Expression::Kind::text;
      read.name = take().text;
    } else if (now().kind == TokenKind::name && !is_reserved(now())) {
      reference(read);
    } else {
      expected("a value");
    }
    read.end = ended();
    return read;
  }

  Word name() {
    if (now().kind != TokenKind::name || is_reserved(now())) expected("a name");
    const Token& token = take();
    return {std::string(token.text), token.at};
  }

  void reference(Expression& read) {
    read.kind = Expression::Kind::reference;
    read.names.push_back(name());
    while (read.names.size() < 3 && take_if(".")) read.names.push_back(name());
    if (take_if("(")) {
      read.called = true;
      if (!take_if(")")) {
        do read.operands.push_back(expression(0));
        while (take_if(","));
        must_take(")");
      }
    }
    if (now().kind == TokenKind::timeframe) {
      const Token& token = take();
      read.timeframe = Word{std::string(token.text), token.at};
    }
    if ((read.called || read.timeframe) && take_if(".")) read.output = name();
    if (take_if("[")) {
      read.bars_back.push_back(expression(0));
      must_take("]");
    }
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

Expression parse_expression(std::string_view text) { return Parser(text).whole(); }

}  // namespace tally::strategy
