// indicator_history and indicator_latest: indicators over the final bars that a venue was shown, or coarser bars of these. Pure.
#pragma once

#include <memory>
#include <vector>

#include "actors/bars/resampler.hpp"
#include "actors/indicators/spec.hpp"
#include "actors/tables/rows.hpp"
#include "app/indicator_tables/indicator_setting.hpp"
#include "messages/market.hpp"

namespace tally {

class IndicatorTables {
 public:
  // Settings that read_indicator_settings let pass.
  explicit IndicatorTables(const std::vector<IndicatorSetting>& settings);

  // A value that an indicator has not yet, or that is no number, has no row.
  void take(const BarObserved& bar, std::vector<tables::Change>& out);

 private:
  using Coarsener = bars::Resampler<Price, Quantity>;
  struct Column {
    std::string name;
    std::string version;
  };
  struct One {
    std::unique_ptr<indicators::Indicator> indicator;
    std::vector<Column> columns;
  };
  struct Series {
    ProductId product;
    std::string timeframe_text;
    bars::Timeframe timeframe;
    Coarsener bars;
    std::vector<One> all;
  };

  void update(Series& series, const Coarsener::Coarser& bar, std::vector<tables::Change>& out);

  std::vector<Series> series_;
};

}  // namespace tally
