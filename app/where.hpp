// Which node, and which of its accounts, a command is about, as the command line said.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tally {

struct Where {
  std::optional<std::filesystem::path> data;
  std::optional<std::filesystem::path> profile;
  std::optional<std::string> account = {};   // may be left out where the node has one only
};

}  // namespace tally
