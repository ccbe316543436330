// The report of a run: report.html, one file that needs no other and no script, and report.json with the same content.
#pragma once

#include "app/backtest/run_files.hpp"

namespace tally::backtest {

void write_report(const Config& config, const Summary& summary, const std::vector<Input>& inputs, const Run& run,
                  const OutputDirectory& directory);

}  // namespace tally::backtest
