// The bars of a backtest in order of time, from one source a product, in chunks of whole moments.
//
// Prices are exact: a traded one must fit 1e-9; the middle of a quote is rounded down by at most that. Of volumes, what is
// below 1e-9 is cut off: recordings carry artefacts of binary fractions there. Memory is that of a chunk, and of generated
// bars.
#pragma once

#include <functional>

#include "actors/host/backtest/strategy_set.hpp"
#include "app/backtest/config.hpp"

namespace tally::backtest {

class MarketFeed {
 public:
  // All of `config.bars`, within its range. Throws TextFileError where a file cannot be read.
  explicit MarketFeed(const Config& config);

  // Replaces `chunk` by the next bars: about `most`, and then the rest of the last one's moment; false after the last. Throws
  // TextFileError with file and line where a row cannot be read, is out of order, or closer to the last than a timeframe.
  bool next(MarketChunk& chunk, std::size_t most);

  std::uint64_t left_out() const { return *left_out_; }  // rows without a price

 private:
  struct Source {
    std::function<bool(BarObserved&)> read;
    BarObserved bar;
    bool open = false;
  };
  void add(ProductId product, std::function<bool(BarObserved&)> read);

  std::vector<Source> sources_;
  std::shared_ptr<std::uint64_t> left_out_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace tally::backtest
