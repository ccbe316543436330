// What a person says to a replay while it runs, one line each:
//
//   pause | resume | step [N] | seek OFFSET | seek TIME | speed N | state ENTITY | where | quit
#pragma once

#include <string>
#include <string_view>

#include "messages/ids.hpp"

namespace tally {

struct ReplayOrder {
  enum class What { nothing, pause, resume, step, seek_offset, seek_time, speed, state, where, quit };
  What what = What::nothing;   // an empty line
  std::uint64_t number = 0;    // of step, seek_offset, speed
  Time time;                   // of seek_time
  std::string entity;          // of state: "risk_authority/demo"
};

// Throws std::invalid_argument with one line.
ReplayOrder replay_order_of(std::string_view line);

}  // namespace tally
