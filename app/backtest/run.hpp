// One run: a configuration, its strategies and a market become an account with a history.
#pragma once

#include <atomic>
#include <memory>

#include "actors/host/backtest/engine.hpp"
#include "app/backtest/record.hpp"
#include "app/market_view.hpp"

namespace tally::backtest {

class Run {
 public:
  struct Listeners {
    Recorder::Listeners record;
    AccountPair::Sink journal;   // every entry; may be empty
    std::function<bool()> stop;  // may be empty
    bool curves = false;         // keep what a report draws
  };

  // `programs`: of config.strategies, in their order.
  Run(const Config& config, std::vector<strategy::ProgramPtr> programs, std::string run_id, Listeners listeners);

  // What strategies have seen when the first bar comes. Before it.
  void warm_up(const std::vector<MarketChunk>& before);
  // False where it was stopped.
  bool take(const MarketChunk& chunk);
  void finish();
  void count_left_out(std::uint64_t rows) { record_.happened().rows_without_price = rows; }

  const Recorder& record() const { return record_; }
  Engine& engine() { return engine_; }
  const Engine& engine() const { return engine_; }
  std::optional<Time> began() const { return began_; }  // the first bar's opening
  Price mark(ProductId product) const;
  std::vector<Figure> figures() const;  // of equity, where it has any, then of trades

 private:
  void begin(const MarketChunk& first);
  void submit(Message message);
  EngineHooks hooks();
  std::vector<std::uint32_t> series_of_role(std::size_t strategy) const;
  std::vector<ProductId> products() const;

  const Config& config_;
  std::vector<strategy::ProgramPtr> programs_;
  std::string run_id_;
  Listeners listeners_;
  Recorder record_;
  MarketView market_;
  std::vector<MarketChunk> const* before_ = nullptr;
  std::vector<Price> half_spreads_;
  std::optional<Time> began_;
  Engine engine_;
};

// The venue's shard of that profile.
Symbol venue_shard(const Profile& profile);

}  // namespace tally::backtest
