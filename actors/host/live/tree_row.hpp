#pragma once

#include <cstdint>
#include <string>

#include "messages/ids.hpp"

namespace tally {

// One line of the supervision tree.
struct TreeRow {
  std::string path;              // node/shard/kind/entity
  std::string state;             // running, passive, restarting, stopped
  std::uint64_t restarts = 0;
  std::uint64_t stream_version = 0;
  std::uint64_t mailbox = 0;     // tasks handed over and not answered
  Offset last_input = 0;
};

}  // namespace tally
