// What a drill does to a cluster, once, under load.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/drill/evidence.hpp"
#include "app/drill/world.hpp"

namespace tally::drill {

struct Fault {
  std::string name;                // "leader-killed"
  std::string what;                // one sentence for a person
  std::size_t nodes = 1;           // the fewest it makes sense with
  // Why it cannot be injected here; empty where it can.
  std::function<std::string()> missing;
  // Injects and heals; `seen` is filled in. Runs on the thread that made the world.
  std::function<void(World&, const std::function<Ms()>& now, FaultSeen& seen)> inject;
};

// All of them, in the order in which `run all` takes them.
const std::vector<Fault>& faults();

}  // namespace tally::drill
