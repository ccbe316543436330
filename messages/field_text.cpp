#include "messages/field_text.hpp"

namespace tally {

std::string escape_key_part(std::string_view text) {
  std::string part;
  part.reserve(text.size());
  for (char c : text) {
    if (c == '~') part += "~0";
    else if (c == '/') part += "~1";
    else part += c;
  }
  return part;
}

}  // namespace tally
