// What a run was made of, each part with the hash of its content, and the name that follows from them.
#pragma once

#include "app/backtest/config.hpp"

namespace tally::backtest {

struct Input {
  std::string what;    // configuration, profile, strategy, bars
  std::string name;    // as the file is called; of generated bars how they are made
  std::string sha256;  // of its bytes; of generated bars of that text
};

// In a fixed order. Throws std::runtime_error where a file cannot be read.
std::vector<Input> inputs_of(const Config& config);

// The first 16 hex digits of SHA-256 over the inputs' hashes and what the command line chose; the configured id goes before it.
// Where a file lies is no part of it.
std::string run_id_of(const Config& config, const std::vector<Input>& inputs);

}  // namespace tally::backtest
