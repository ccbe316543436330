// Coarser bars of finer ones, bar by bar.
//
// A finer bar belongs to the bucket that holds its opening time. The coarser bar opens with the first of its bucket, closes with
// the last, and its volume is their sum; a bucket without any has no bar. It is final when a bar of a later bucket comes, or when
// time has passed the bucket's end; whoever says so waits as long as bars may be late.
// A bar that does not open after the one before it, or whose bucket was final already, is late: left out, and counted.
//
// Price and Volume are exact: of them only <, copying and (of Volume) += are used.
#pragma once

#include <utility>

#include "actors/bars/timeframe.hpp"

namespace tally::bars {

template <class Price, class Volume>
struct FinerBar {
  std::int64_t opened_at = 0;  // ns UTC
  Price open{}, high{}, low{}, close{};
  Volume volume{};
};

template <class Price, class Volume>
struct CoarserBar {
  Bucket bucket;
  Price open{}, high{}, low{}, close{};
  Volume volume{};
  std::uint64_t source_bars = 0;
  bool final = false;
};

template <class Price, class Volume>
class Resampler {
 public:
  using Finer = FinerBar<Price, Volume>;
  using Coarser = CoarserBar<Price, Volume>;

  explicit Resampler(Timeframe timeframe) : timeframe_(std::move(timeframe)) {}

  // Takes a finer bar, and returns the coarser bar that it made final by opening after its end.
  std::optional<Coarser> add(const Finer& bar) {
    if (bar.opened_at < next_from_) {
      ++late_;
      return std::nullopt;
    }
    std::optional<Coarser> ended = pass(bar.opened_at);
    next_from_ = bar.opened_at + 1;
    if (!open_) {
      open_ = Coarser{timeframe_.bucket_of(bar.opened_at), bar.open, bar.high, bar.low, bar.close, bar.volume, 1, false};
      return ended;
    }
    if (open_->high < bar.high) open_->high = bar.high;
    if (bar.low < open_->low) open_->low = bar.low;
    open_->close = bar.close;
    open_->volume += bar.volume;
    ++open_->source_bars;
    return ended;
  }

  // No bar will open before `utc_ns` any more: returns the coarser bar that is final by that.
  std::optional<Coarser> pass(std::int64_t utc_ns) {
    if (!open_ || utc_ns < open_->bucket.end) return std::nullopt;
    next_from_ = open_->bucket.end;
    open_->final = true;
    return std::exchange(open_, std::nullopt);
  }

  // The bar of the bucket that is not over yet, as it stands.
  const std::optional<Coarser>& open() const { return open_; }
  std::uint64_t late() const { return late_; }

  // The state, for a visitor of numbers (actors/indicators/state.hpp); the timeframe is none.
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    bool begun = self.open_.has_value();
    visit(begun, self.next_from_, self.late_);
    if constexpr (Visitor::reads) self.open_ = begun ? std::optional<Coarser>(Coarser{}) : std::nullopt;
    if (!begun) return;
    auto& bar = *self.open_;
    visit(bar.bucket.start, bar.bucket.end, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.source_bars, bar.final);
  }

 private:
  Timeframe timeframe_;
  std::optional<Coarser> open_;
  std::int64_t next_from_ = INT64_MIN;  // what opens before is late
  std::uint64_t late_ = 0;
};

}  // namespace tally::bars
