// The golden files: one message of every type and version as stored bytes and as JSON, written once and kept for ever.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messages/catalog.hpp"

namespace tally::test {

struct Golden {
  std::string bytes;
  std::string json;   // one line
};

std::string golden_path(std::string_view name, std::uint16_t version, std::string_view extension);
std::optional<Golden> read_golden(std::string_view name, std::uint16_t version);

}  // namespace tally::test
