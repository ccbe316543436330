// Addresses of nodes as people write them.
#pragma once

#include <string>

#include "actors/host/cluster/session/mesh.hpp"

namespace tally {

// Throws CommandFailed where `text` is no HOST:PORT.
cluster::Address address_of(const std::string& text);

}  // namespace tally
