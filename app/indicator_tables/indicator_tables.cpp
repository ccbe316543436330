#include "app/indicator_tables/indicator_tables.hpp"

#include <cmath>

#include "actors/indicators/number_text.hpp"
#include "actors/strategy/anchor_bars.hpp"

namespace tally {

IndicatorTables::IndicatorTables(const std::vector<IndicatorSetting>& settings) {
  for (const IndicatorSetting& setting : settings) {
    const bars::Timeframe timeframe = bars::Timeframe::parse(setting.bars);
    Series& series = series_.emplace_back(Series{setting.product, setting.bars, timeframe, Coarsener(timeframe), {}});
    for (const std::string& text : setting.specs) {
      const indicators::Spec spec = indicators::Spec::parse(text);
      One& one = series.all.emplace_back(One{spec.make(), {}});
      for (std::string& column : spec.columns()) one.columns.push_back({std::move(column), spec.kind().id()});
    }
  }
}

void IndicatorTables::take(const BarObserved& bar, std::vector<tables::Change>& out) {
  for (Series& series : series_) {
    if (series.product != bar.product) continue;
    const bars::Bucket bucket = series.timeframe.bucket_of(bar.opened_at.ns);
    if (bar.closed_at.ns > bucket.end) continue;   // longer than what is asked for
    const Coarsener::Finer finer{bar.opened_at.ns, bar.open, bar.high, bar.low, bar.close, bar.volume};
    if (const auto ended = series.bars.add(finer)) update(series, *ended, out);
    if (const auto ended = series.bars.pass(bar.closed_at.ns)) update(series, *ended, out);
  }
}

void IndicatorTables::update(Series& series, const Coarsener::Coarser& bar, std::vector<tables::Change>& out) {
  using What = tables::Change::What;
  const BarObserved as_seen{series.product,      bar.open, bar.high, bar.low, bar.close, bar.volume, Time{bar.bucket.start},
                            Time{bar.bucket.end}};
  const indicators::Bar numbers = strategy::anchor_bar_of(as_seen, 0).bar;
  for (One& one : series.all) {
    one.indicator->update(numbers);
    const auto values = one.indicator->values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      const Column& column = one.columns[i];
      const std::string text = indicators::number_text(values[i]);
      out.push_back({What::appended, tables::IndicatorHistory{series.product, series.timeframe_text, column.name, column.version,
                                                              as_seen.closed_at, text}});
      out.push_back({What::upserted, tables::IndicatorLatest{series.product, series.timeframe_text, column.name, column.version,
                                                             as_seen.closed_at, text}});
    }
  }
}

}  // namespace tally
