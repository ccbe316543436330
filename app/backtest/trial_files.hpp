// The files of a sweep or a walk forward, and their table.
#pragma once

#include <ostream>

#include "app/backtest/inputs.hpp"
#include "app/backtest/output_directory.hpp"
#include "app/backtest/trials.hpp"
#include "app/table.hpp"

namespace tally::backtest {

class TrialFiles {
 public:
  TrialFiles(const Config& config, std::string run_id, std::vector<Input> inputs, OutputDirectory& directory);

  void write(const std::vector<Trial>& trials);    // sweep.csv
  void write(const std::vector<WalkStep>& steps);  // walk_forward.csv
  void finish(bool complete);                      // run.json
  void print(std::ostream& out, bool as_json, const std::string& directory, bool bold) const;

 private:
  const Config& config_;
  std::string run_id_;
  std::vector<Input> inputs_;
  OutputDirectory& directory_;
  bool complete_ = true;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::string note_;
};

}  // namespace tally::backtest
