// Backtests in a directory of the test's own: configurations as text, runs in this process.
#pragma once

#include <fstream>

#include "app/backtest/market_feed.hpp"
#include "app/backtest/run.hpp"
#include "messages/stored.hpp"
#include "persistence/memory_journal.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"
#include "tests/ended.hpp"

namespace tally::backtest {

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

inline const std::filesystem::path source_directory = TALLY_SOURCE_DIR;

// A copy of cfg/ whose files a test may change.
class Place {
 public:
  Place() {
    std::filesystem::copy(source_directory / "cfg", directory_.path() / "cfg", std::filesystem::copy_options::recursive);
  }

  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }
  std::string text(const std::string& name) const { return content_of(path(name)); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name), std::ios::binary) << text; }
  void change(const std::string& name, const std::string& what, const std::string& by) const {
    write(name, replaced(text(name), what, by));
  }
  Config config(const std::string& name = "cfg/backtests/crossing.yaml") const { return read_config(path(name)); }

 private:
  TemporaryDirectory directory_;
};

inline std::vector<strategy::ProgramPtr> programs_of(const Config& config) {
  std::vector<strategy::ProgramPtr> programs;
  for (const StrategyChoice& choice : config.strategies) programs.push_back(choice.program);
  return programs;
}

// A run with everything it appended.
struct Kept {
  explicit Kept(const Config& config) : run(config, programs_of(config), "test", listeners()) {}

  Run::Listeners listeners() {
    Run::Listeners all;
    all.journal = [this](Symbol shard, const Entry& entry) { journal.append(shard, entry); };
    all.record.segment = [this](const Trade&, const Segment& segment) { gross += segment.match.realized; };
    all.record.equity = [this](Time at, Money equity, Money) { samples.emplace_back(at, equity); };
    return all;
  }
  void over(const Config& config, std::size_t chunk_size = 4'096) {
    MarketFeed feed(config);
    for (MarketChunk chunk; feed.next(chunk, chunk_size);) REQUIRE(run.take(chunk));
    run.finish();
  }
  std::vector<std::byte> bytes(Symbol shard) const {
    std::vector<std::byte> all;
    for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) { store_entry(entry, all); });
    return all;
  }
  template <class M>
  std::vector<M> all(Symbol shard) const {
    std::vector<M> found;
    for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* body = std::get_if<M>(&event.body)) found.push_back(*body);
    });
    return found;
  }

  MemoryJournal journal;
  Money gross;
  std::vector<std::pair<Time, Money>> samples;
  Run run;
};

}  // namespace tally::backtest
