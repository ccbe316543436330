#include "persistence/fatal.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <string>

namespace tally {

void storage_failed(std::string_view what) {
  const std::string line = "tally: the journal cannot be written, the process ends: " + std::string(what) + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  try {
    spdlog::critical("journal failed: {}", what);
    if (auto log = spdlog::default_logger()) log->flush();
  } catch (...) {  // the log may lie on the disk that failed
  }
  ::_exit(exit_storage_failed);
}

}  // namespace tally
