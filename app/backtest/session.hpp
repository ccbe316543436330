// `tally backtest`: one run into a directory, a sweep over parameters, or a walk forward through time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tally::backtest {

struct Asked {
  std::filesystem::path config;
  std::optional<std::filesystem::path> out;
  bool overwrite = false;
  std::optional<std::string> run_id;
  std::optional<std::uint64_t> seed;
  std::string mode;                 // full, matches-only; empty: the configuration's
  std::string from, until;          // ISO; empty: the configuration's
  std::vector<std::string> params;  // NAME=VALUE or STRATEGY.NAME=VALUE
  std::vector<std::string> sweep;   // NAME=LOW:HIGH:STEP
  std::string walk_forward;         // TRAIN:TEST or TRAIN:TEST:STEP
  std::string statistic;
  std::size_t jobs = 0;       // of a sweep; 0: as many as there are cores
  std::size_t chunk = 4'096;  // bars handed on at once; changes no result
  bool json = false;
};

// Returns an exit code. Throws CommandFailed.
int run_backtest(const Asked& asked);

}  // namespace tally::backtest
