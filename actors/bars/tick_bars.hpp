// Bars of ticks, tick by tick: of trades with their volume, or of one side's quotes, or their middle.
//
// A tick belongs to the bucket that holds its time. The bar opens with the earliest of its bucket and closes with the latest, of
// equal times with the one that came first and last; a bucket without a price has no bar. Ticks may come late: the watermark runs
// `lateness_ns` behind the latest tick or the time that one is told, whichever is later, never back, and a bar is final when it
// reaches the bucket's end. A tick for a bucket that is final is late: left out, and counted. With lateness 0 a bar is final when
// the next bucket begins, as in Resampler. At most lateness / length + 2 buckets are open at a time.
//
// Price and Volume are exact: of them only <, copying and (of Volume) += are used.
#pragma once

#include <algorithm>
#include <vector>

#include "actors/bars/resampler.hpp"

namespace tally::bars {

// What a bar opens with. A trade happens; a quote stands until the next.
enum class Opening {
  first_tick,  // the first of its bucket
  standing,    // the price that stood when the bucket began, which counts for high and low, too; the first bar has none
};

template <class Price, class Volume>
class TickBars {
 public:
  using Bar = CoarserBar<Price, Volume>;  // source_bars: ticks

  explicit TickBars(Timeframe timeframe, std::int64_t lateness_ns, Opening opening = Opening::first_tick)
      : timeframe_(std::move(timeframe)), lateness_ns_(lateness_ns), opening_(opening) {}

  // A tick without a price counts for the volume only. Calls on_final(bar) for each bar that it made final, oldest first.
  template <class OnFinal>
  void add(std::int64_t at, const std::optional<Price>& price, const Volume& volume, OnFinal&& on_final) {
    pass(at, on_final);
    Building* const bar = bar_at(at);
    if (!bar) {
      ++late_;
      return;
    }
    bar->volume += volume;
    ++bar->ticks;
    if (!price) return;
    if (!bar->prices) {
      bar->prices = {*price, *price, *price, *price, at, at};
      return;
    }
    Prices& seen = *bar->prices;
    if (seen.high < *price) seen.high = *price;
    if (*price < seen.low) seen.low = *price;
    if (at < seen.opened_at) {
      seen.open = *price;
      seen.opened_at = at;
    }
    if (at >= seen.closed_at) {
      seen.close = *price;
      seen.closed_at = at;
    }
  }

  // It is `utc_ns` now: what came up to lateness_ns ago is there.
  template <class OnFinal>
  void pass(std::int64_t utc_ns, OnFinal&& on_final) {
    if (utc_ns >= INT64_MIN + lateness_ns_) end(utc_ns - lateness_ns_, on_final);
  }

  // There will be no more ticks.
  template <class OnFinal>
  void finish(OnFinal&& on_final) {
    end(INT64_MAX, on_final);
  }

  std::size_t open_buckets() const { return open_.size(); }
  std::uint64_t late() const { return late_; }
  std::uint64_t without_price() const { return without_price_; }  // buckets with ticks that had no price; they have no bar

 private:
  struct Prices {
    Price open, high, low, close;
    std::int64_t opened_at, closed_at;
  };
  struct Building {
    Bucket bucket;
    std::optional<Prices> prices;
    Volume volume{};
    std::uint64_t ticks = 0;
  };

  // Of the bucket that holds `at`; nothing where that is final.
  Building* bar_at(std::int64_t at) {
    if (!open_.empty() && open_.back().bucket.holds(at)) return &open_.back();
    const Bucket bucket = timeframe_.bucket_of(at);
    if (bucket.end <= watermark_) return nullptr;
    auto place = open_.end();
    while (place != open_.begin() && std::prev(place)->bucket.start >= bucket.start) --place;
    if (place == open_.end() || place->bucket.start != bucket.start) place = open_.insert(place, Building{bucket, {}, {}, 0});
    return &*place;
  }

  template <class OnFinal>
  void end(std::int64_t watermark, OnFinal&& on_final) {
    if (watermark <= watermark_) return;
    watermark_ = watermark;
    auto last = open_.begin();
    for (; last != open_.end() && last->bucket.end <= watermark_; ++last) emit(*last, on_final);
    open_.erase(open_.begin(), last);
  }

  template <class OnFinal>
  void emit(const Building& built, OnFinal&& on_final) {
    if (!built.prices) {
      ++without_price_;
      return;
    }
    const Prices& seen = *built.prices;
    Bar bar{built.bucket, seen.open, seen.high, seen.low, seen.close, built.volume, built.ticks, true};
    if (opening_ == Opening::standing && standing_) {
      bar.open = *standing_;
      bar.high = std::max(bar.high, *standing_);
      bar.low = std::min(bar.low, *standing_);
    }
    standing_ = seen.close;
    on_final(bar);
  }

  Timeframe timeframe_;
  std::int64_t lateness_ns_;
  Opening opening_;
  std::vector<Building> open_;  // oldest first
  std::int64_t watermark_ = INT64_MIN;
  std::optional<Price> standing_;
  std::uint64_t late_ = 0, without_price_ = 0;
};

}  // namespace tally::bars
