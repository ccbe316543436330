// Which node a command is about, as the command line said.
#pragma once

#include <filesystem>
#include <optional>

namespace tally {

struct Where {
  std::optional<std::filesystem::path> data;
  std::optional<std::filesystem::path> profile;
};

}  // namespace tally
