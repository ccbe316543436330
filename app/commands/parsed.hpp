// Text of the command line as a value of ours.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "app/exit_code.hpp"
#include "messages/json_codec.hpp"

namespace tally {

// CommandFailed(exit_usage) names the option where it is none.
template <class T>
T parsed(const std::string& text, const char* option) {
  try {
    return json_codec::parse_text<T>(text);
  } catch (const std::runtime_error& error) {
    throw CommandFailed(exit_usage, std::string(option) + ": " + error.what());
  }
}
template <class T>
std::optional<T> parsed_if(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  return parsed<T>(text, option);
}

}  // namespace tally
