// The product's log lines would stand among a benchmark's figures.
#pragma once

#include <spdlog/spdlog.h>

namespace tally::bench {

inline void keep_log_quiet() { spdlog::set_level(spdlog::level::err); }

}  // namespace tally::bench
