// The main job (`tally run`) and the named scenarios (`tally scenario run`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tally {

struct RunOptions {
  std::vector<std::string> bars;                 // "PRODUCT=FILE"; products without one get generated bars
  std::uint64_t seed = 1;                        // of the generated bars
  std::size_t minutes = 2'400;                   // bars of each product, at least minutes_min
  std::optional<std::filesystem::path> data;     // default: data
  std::optional<std::filesystem::path> profile;  // default: cfg/job.yaml
  bool keep = false;                             // go on with what the directory holds instead of starting anew
  bool json = false;                             // the closing note as one JSON object

  static constexpr std::size_t minutes_min = 240;
};

// Runs one node to the end of the bars: this process looks on, a child is the node. Half-way an entity is made to fail, then
// the child is killed and started again. Ends with statements and checks. Returns an exit code; exit_differs where a
// check fails. Throws CommandFailed.
int run_job(const RunOptions& options);

struct ScenarioName {
  std::string name;
  std::string what;
};

std::span<const ScenarioName> scenario_names();

// Plays one scenario in the deterministic host, prints its story, its trace and its verdict. Returns exit_done, or
// exit_differs where an expectation does not hold. Throws CommandFailed where there is none of that name.
int run_scenario(const std::string& name, bool json);

}  // namespace tally
