// Where the n-th character of a YAML scalar stands in the text that it was read from.
#pragma once

#include <string>
#include <string_view>

namespace tally {

struct TextPlace {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in bytes
};

TextPlace place_of(std::string_view text, std::size_t position);

// `begin`: where the scalar's token begins (its quote, its '|' or '>', or its first character). `value`: what it was read as.
// Layout may have changed on the way, characters have not: they are found again one by one.
std::size_t position_in(std::string_view text, std::size_t begin, std::string_view value, std::size_t offset);

}  // namespace tally
