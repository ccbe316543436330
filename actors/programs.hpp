// The topologies, compiled. The only place that sees every entity.
#pragma once

#include "actors/host/shard/program.hpp"

namespace tally {

const Program& account_program();
const Program& venue_program();

}  // namespace tally
