#include "app/backtest/market_feed.hpp"

#include <algorithm>

#include "app/job/bar_generator.hpp"
#include "app/time_text.hpp"

namespace tally::backtest {
namespace {

constexpr std::int64_t units_per_unit = 1'000'000'000;  // of 1e-18 in 1e-9

Price price_of(const WrittenDecimal& written, bool middle) {
  const Int128 units = written.value.units();
  const Int128 rest = ((units % units_per_unit) + units_per_unit) % units_per_unit;
  if (rest != 0 && !middle) throw DecimalError(written.text() + " has more than nine decimals");
  const Int128 whole = (units - rest) / units_per_unit;
  if (static_cast<std::int64_t>(whole) != whole) decimal_text::overflow("a price");
  return Price::from_units(static_cast<std::int64_t>(whole));
}

Quantity volume_of(const WrittenDecimal& written) {
  const Int128 whole = written.value.units() / units_per_unit;
  if (whole < 0) throw DecimalError("a volume below zero");
  if (static_cast<std::int64_t>(whole) != whole) decimal_text::overflow("a volume");
  return Quantity::from_units(static_cast<std::int64_t>(whole));
}

// One file's bars.
class FileBars {
 public:
  FileBars(const BarSource& source, std::int64_t length, std::shared_ptr<std::uint64_t> left_out)
      : rows_(std::make_shared<BarRows>(source.file, source.side)), at_end_(source.stamped_at_end), length_(length),
        left_out_(std::move(left_out)) {}

  bool operator()(BarObserved& bar) {
    do {
      if (!rows_->next(row_)) return false;
      if (contract_.value_or(row_.contract) != row_.contract)
        fail(row_.contract + " after " + *contract_ + "; a product is one series, of one contract");
      contract_ = row_.contract;
      if (!row_.priced) ++*left_out_;
    } while (!row_.priced);
    const Time before = bar.closed_at;
    try {
      const Time stamp = time_of_iso(rows_->daily() ? row_.stamp + "T00:00:00Z" : row_.stamp);
      bar.closed_at = at_end_ ? stamp : stamp + length_;
      bar.opened_at = bar.closed_at + -length_;
      // A trade's price is what was written; of a quote it may be the middle of two.
      bar.open = price_of(row_.prices[0], rows_->middles());
      bar.high = price_of(row_.prices[1], rows_->middles());
      bar.low = price_of(row_.prices[2], rows_->middles());
      bar.close = price_of(row_.prices[3], rows_->middles());
      bar.volume = volume_of(row_.volume);
    } catch (const std::exception& error) {
      fail(error.what());
    }
    if (bar.high < std::max({bar.open, bar.close, bar.low}) || bar.low > std::min(bar.open, bar.close))
      fail("the high is not the highest or the low not the lowest of the bar");
    if (bar.low <= Price{}) fail("a price that is not above zero");
    if (seen_ && bar.closed_at - before < length_)
      fail(bar.closed_at <= before ? "bars are not in the order of time"
                                   : "bars are closer together than the timeframe is long");
    seen_ = true;
    return true;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw TextFileError(rows_->where() + ": " + why); }

  std::shared_ptr<BarRows> rows_;
  bool at_end_;
  std::int64_t length_;
  std::shared_ptr<std::uint64_t> left_out_;
  BarRow row_;
  std::optional<std::string> contract_;
  bool seen_ = false;
};

}  // namespace

MarketFeed::MarketFeed(const Config& config) {
  for (const BarSource& source : config.bars) {
    std::function<bool(BarObserved&)> read;
    if (!source.file.empty()) {
      read = FileBars(source, config.timeframe_ns, left_out_);
    } else {
      const auto& products = config.profile.products;
      const auto product =
          std::find_if(products.begin(), products.end(), [&](const auto& p) { return p.product == source.product; });
      const auto series =
          std::make_shared<job::Series>(job::generate_bars(*product, source.seed.value_or(config.seed), source.count));
      read = [series, next = std::size_t{0}](BarObserved& bar) mutable {
        if (next == series->bars.size()) return false;
        bar = series->bars[next++];
        return true;
      };
    }
    const Time from = config.from.value_or(Time{INT64_MIN}), until = config.until.value_or(Time{INT64_MAX});
    add(source.product, [read = std::move(read), from, until](BarObserved& bar) {
      do {
        if (!read(bar)) return false;
      } while (bar.opened_at < from);
      return bar.closed_at <= until;
    });
  }
}

void MarketFeed::add(ProductId product, std::function<bool(BarObserved&)> read) {
  Source source{std::move(read), {}, false};
  source.bar.product = product;
  source.open = source.read(source.bar);
  sources_.push_back(std::move(source));
}

bool MarketFeed::next(MarketChunk& chunk, std::size_t most) {
  chunk.clear();
  for (;;) {
    std::size_t first = sources_.size();
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i].open && (first == sources_.size() || sources_[i].bar.closed_at < sources_[first].bar.closed_at))
        first = i;
    if (first == sources_.size()) return !chunk.bars.empty();
    Source& source = sources_[first];
    if (chunk.bars.size() >= most && source.bar.closed_at > chunk.bars.back().closed_at) return true;
    chunk.bars.push_back(source.bar);
    chunk.series.push_back(static_cast<std::uint32_t>(first));
    source.open = source.read(source.bar);
  }
}

}  // namespace tally::backtest
