#include "actors/programs.hpp"

#include "actors/host/shard/program_of.hpp"
#include "actors/topology.hpp"

namespace tally {

const Program& account_program() {
  static const ProgramOf<AccountTopology> program;
  return program;
}

const Program& venue_program() {
  static const ProgramOf<VenueTopology> program;
  return program;
}

}  // namespace tally
