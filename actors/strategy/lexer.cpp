#include "actors/strategy/lexer.hpp"

#include <charconv>

namespace tally::strategy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// What other languages write, and this one does not.
struct Foreign {
  std::string_view written, meant;
};
constexpr Foreign foreign[] = {{"&&", "and"}, {"||", "or"}, {"<>", "!="}, {"**", "*"}, {"=>", ">="}, {"=<", "<="}};
constexpr Foreign foreign_single[] = {{"=", "=="}, {"&", "and"}, {"|", "or"}, {"!", "not"}};

constexpr std::string_view symbols[] = {"<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", "."};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    if (at_ == text_.size()) return {TokenKind::end, {}, at_};
    const char c = text_[at_];
    if (is_digit(c)) return number();
    if (is_letter(c)) return {TokenKind::name, word(at_), begun_};
    if (c == '$') return marked(TokenKind::parameter, "the name of a parameter must follow '$'");
    if (c == '@') return marked(TokenKind::timeframe, "a timeframe must follow '@'");
    if (c == '"' || c == '\'') return quoted(c);
    return symbol();
  }

 private:
  // Letters, digits and underscores from `from` on.
  std::string_view word(std::size_t from) {
    begun_ = at_;
    at_ = from;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    return text_.substr(from, at_ - from);
  }

  Token marked(TokenKind kind, const char* missing) {
    const std::string_view name = word(at_ + 1);
    if (name.empty()) throw ExpressionError(begun_, missing);
    return {kind, name, begun_};
  }

  Token number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || is_letter(text_[at_]) || text_[at_] == '.')) ++at_;
    const std::string_view written = text_.substr(begin, at_ - begin);
    double value = 0;
    const auto [end, code] = std::from_chars(written.data(), written.data() + written.size(), value, std::chars_format::fixed);
    if (code != std::errc() || end != written.data() + written.size() || written.back() == '.')
      throw ExpressionError(begin, "'" + std::string(written) + "' is no number");
    return {TokenKind::number, written, begin, value};
  }

  Token quoted(char quote) {
    const std::size_t begin = at_, close = text_.find(quote, begin + 1);
    if (close == std::string_view::npos) throw ExpressionError(begin, "this text has no closing quote");
    at_ = close + 1;
    return {TokenKind::text, text_.substr(begin + 1, close - begin - 1), begin};
  }

  Token symbol() {
    const std::size_t begin = at_;
    const std::string_view rest = text_.substr(begin);
    for (const Foreign& other : foreign)
      if (rest.starts_with(other.written)) refuse(other);
    for (const std::string_view known : symbols)
      if (rest.starts_with(known)) {
        at_ += known.size();
        return {TokenKind::symbol, text_.substr(begin, known.size()), begin};
      }
    for (const Foreign& other : foreign_single)
      if (rest.starts_with(other.written)) refuse(other);
    throw ExpressionError(begin, "'" + std::string(rest.substr(0, 1)) + "' is no part of an expression");
  }

  [[noreturn]] void refuse(const Foreign& other) const {
    throw ExpressionError(at_, "'" + std::string(other.written) + "' is no operator here", std::string(other.meant));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begun_ = 0;  // where the latest word began
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  Lexer lexer(text);
  std::vector<Token> tokens;
  do tokens.push_back(lexer.next());
  while (tokens.back().kind != TokenKind::end);
  return tokens;
}

}  // namespace tally::strategy
