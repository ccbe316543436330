// The files of one run (docs/backtests.md tells every column and key). Nothing in them depends on the machine, the clock or
// where files lie: the same inputs give the same bytes.
#pragma once

#include <memory>

#include "app/backtest/inputs.hpp"
#include "app/backtest/output_directory.hpp"
#include "app/backtest/run.hpp"

namespace tally::backtest {

// What a run came to, for whoever asked for it.
struct Summary {
  std::string name;
  std::string run_id;
  bool complete = true;
  std::string first, last;  // opening of the first bar, closing of the last; ISO
  Happened happened;
  std::string currency;
  std::string initial_equity, final_equity, fees, turnover;
  std::vector<Figure> figures;
  std::string no_statistics;  // why there are none of equity
};

class RunFiles {
 public:
  RunFiles(const Config& config, std::string run_id, std::vector<Input> inputs, OutputDirectory& directory);
  ~RunFiles();

  // What the run is to be given.
  Run::Listeners listeners();

  // Writes what is left: statistics.json, configuration.json, run.json and the report. Throws std::system_error.
  Summary finish(Run& run, bool complete);

 private:
  void trade(const Trade& trade);
  void segment(const Trade& trade, const Segment& segment);
  void equity(Time at, Money equity, Money cash);
  void journal(Symbol shard, const Entry& entry);
  void write_configuration() const;
  void write_open_lots(const Run& run) const;
  void write_manifest(Run& run, const Summary& summary) const;

  struct Journal;

  const Config& config_;
  std::string run_id_;
  std::vector<Input> inputs_;
  OutputDirectory& directory_;
  LineFile matches_, trades_;
  std::unique_ptr<LineFile> equity_;
  std::unique_ptr<Journal> journal_;
};

Summary summary_of(const Config& config, const std::string& run_id, const Run& run, bool complete);

// The content of run.json but for versions, inputs and files; with where it is, if anywhere.
std::string summary_json(const Summary& summary, const std::string& directory);

// {"name": value, ...} with every number to its last bit.
std::string json_of(const std::vector<Figure>& figures);

}  // namespace tally::backtest
