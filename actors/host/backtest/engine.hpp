// A backtest's order of events, over the entities and the topology that live trading uses. Pure: bars come in, entries go out.
//
// In each moment (the time at which bars close), in this order:
//   1. deadlines of the account up to it, each at its own time, at the prices of bars that have closed by then
//   2. the venue trades on the moment's bars, orders in order of arrival; what fills lead to runs to its end
//   3. the strategies judge, in their order; each intent becomes a signal of its source, and its cascade runs to its end
// Moments in which nobody waits for anything are passed over: the venue sees bars of products that it has orders of, and no
// others. That changes no event of any entity, only which bars the venue's journal holds.
//
// Laws: how bars are cut into chunks changes no entry; the same bars and settings give the same entries.
#pragma once

#include "actors/host/backtest/account_pair.hpp"
#include "actors/host/backtest/strategy_set.hpp"

namespace tally::backtest {

// A strategy's shard: its versions and intents, an entry each.
Symbol strategies_shard();

struct EngineHooks {
  AccountPair::Capture capture;                  // the prices beside an input, of what was shown last
  std::function<void(const BarObserved&)> show;  // what prices are from here on
  AccountPair::Sink sink;                        // every entry of all three shards
  std::function<void(Time)> sample;              // the end of each sampling interval that had a bar; may be empty
  std::function<bool()> stop;                    // asked between cascades: true ends the run there
};

class Engine {
 public:
  // `products` in the order of series. `sample_every_ns`: 0 samples nothing.
  Engine(Symbol account, Symbol venue, std::vector<ProductId> products, std::int64_t sample_every_ns, EngineHooks hooks);

  AccountPair& pair() { return pair_; }
  const StrategySet& strategies() const { return strategies_; }

  // Before the first bar: records its version.
  void add(Strategy strategy, const StrategyVersionAdopted& version, const std::vector<std::uint32_t>& series_of_role,
           Time now);

  // False where it was stopped; the cascade under way has run to its end.
  bool take(const MarketChunk& chunk);
  // Takes the last sample.
  void finish();

  Time now() const { return now_; }                       // the last moment that was begun
  std::uint64_t bars() const { return bars_; }            // passed
  const BarObserved* last_bar(std::size_t series) const;  // null before the first

 private:
  bool run_to(const MarketChunk& chunk, Time to);
  void pass(const MarketChunk& chunk, Time to);  // bars that closed no later
  void trade(const MarketChunk& chunk, std::size_t from);
  void sample_at(Time at);
  void act_on(const StrategyIntent& intent);
  void capture(const Message& input, std::vector<Message>& captured);
  void record(const EntityRef& stream, Message message, Time at);
  std::size_t series_of(ProductId product) const;

  struct Seen {
    std::optional<BarObserved> bar;
    bool shown = true;
  };

  std::vector<ProductId> products_;
  std::int64_t sample_every_;
  EngineHooks hooks_;
  std::vector<Seen> seen_;   // by series
  std::vector<bool> found_;  // scratch
  AccountPair pair_;
  StrategySet strategies_;
  std::size_t at_ = 0;  // bars of the chunk that are past
  std::uint64_t bars_ = 0;
  Time now_;
  Time next_sample_;
  bool to_sample_ = false;                                      // a bar came since the last sample
  Offset offset_ = 0;                                           // of the strategies' shard
  std::vector<std::pair<EntityRef, std::uint64_t>> sequences_;  // of its streams
  Entry entry_;
};

}  // namespace tally::backtest
