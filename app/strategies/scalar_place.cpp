#include "app/strategies/scalar_place.hpp"

#include <algorithm>

namespace tally {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

TextPlace place_of(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')), position - line_begin + 1};
}

std::size_t position_in(std::string_view text, std::size_t begin, std::string_view value, std::size_t offset) {
  std::size_t at = begin;
  const char mark = at < text.size() ? text[at] : '\0';
  if (mark == '"' || mark == '\'') ++at;
  else if (mark == '|' || mark == '>') at = std::min(text.find('\n', at), text.size());
  std::size_t after_last = at;  // of what was found
  for (std::size_t i = 0; i <= offset && i < value.size(); ++i) {
    if (is_space(value[i])) continue;
    while (at < text.size() && text[at] != value[i]) ++at;  // spaces, and the backslash of an escape
    if (at == text.size()) break;
    if (i == offset) return at;
    after_last = ++at;
    if (mark == '\'' && value[i] == '\'') ++at;             // a quote inside single quotes stands twice
  }
  return after_last;
}

}  // namespace tally
