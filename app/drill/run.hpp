// Runs drills from the first process to the verdict: one fault, or many in a row on one cluster.
#pragma once

#include <filesystem>
#include <functional>

#include "app/drill/fault.hpp"
#include "app/drill/report.hpp"

namespace tally::drill {

struct DrillSettings {
  std::filesystem::path directory;
  std::filesystem::path profile;
  std::size_t nodes = 3;
  int lead_in_ms = 2'000;                              // of load before the fault
  int tail_ms = 2'000;                                 // of load after commands are acknowledged again
  std::uint64_t seed = 1;                              // of the bars, and of when in its second the fault falls
  Means means;
  std::function<void(const std::string&)> tell;        // what happens, in plain words; none: silence
};

// Kept in the directory as report.json, too. Throws CommandFailed where the drill itself could not be held.
DrillReport run_drill(const Fault& fault, const DrillSettings& settings);

// `count` faults, drawn by the seed from those that may be held in a row, on one cluster under a lighter load; each begins when
// every node is back and votes. One verdict over all of it.
DrillReport run_in_a_row(std::size_t count, const DrillSettings& settings);

}  // namespace tally::drill
