// What a drill does to a cluster, once, under load.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/drill/evidence.hpp"
#include "app/drill/world.hpp"

namespace tally::drill {

// What a person gave for the drills that need it.
struct Means {
  std::filesystem::path old_tallyd;   // of an earlier version; empty: none
};

// How long faults last.
struct Pace {
  int dead_ms = 2'000;       // a killed node stays away so long
  int stopped_ms = 3'000;    // a frozen one: longer than any lease
};

// Where it happens, and the drill's clock. watch() lets time pass and looks who leads meanwhile.
struct Scene {
  World& world;
  std::function<Ms()> now;
  std::function<void(int ms)> watch;
  Means means;
  Pace pace;
  // Of a load that the fault itself made; judged with the drill's own.
  std::vector<CommandSeen> commands{};

  DrillNode& leading();              // throw CommandFailed where there is none
  DrillNode& following();
  bool majority_without_one() const;
};

struct Fault {
  std::string name;                // "leader-killed"
  std::string what;                // one sentence for a person
  std::size_t nodes = 1;           // the fewest it makes sense with
  // Why it cannot be injected here; empty where it can.
  std::function<std::string(const Means&)> missing;
  // Injects and heals; `seen` is filled in. Runs on the thread that made the world.
  std::function<void(Scene&, FaultSeen& seen)> inject;
  bool in_a_row = false;           // may be held again and again on one cluster: no damage is left
  bool certified = false;          // the nodes have certificates, of an authority of the drill's own
};

// All of them, in the order in which `run all` takes them.
const std::vector<Fault>& faults();

}  // namespace tally::drill
