// Parses JSON text from outside: at most 1 MiB, 32 levels, no key twice in an object, nothing after the value.
// Throws JsonError, with the path of the key that stands twice.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace tally {

inline constexpr std::size_t json_text_size_max = std::size_t{1} << 20;
inline constexpr std::size_t json_depth_max = 32;

boost::json::value parse_json_text(std::string_view text);

}  // namespace tally
