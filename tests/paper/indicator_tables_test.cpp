// Tables of indicators: the values of the library over final bars, coarser ones included, each bar once.
#include <map>

#include "actors/indicators/number_text.hpp"
#include "actors/strategy/anchor_bars.hpp"
#include "app/indicator_tables/indicator_tables.hpp"
#include "app/job/bar_generator.hpp"
#include "tests/catch.hpp"

using namespace tally;
using tables::Change;
using tables::IndicatorHistory;
using tables::IndicatorLatest;

TEST_CASE("An indicator's rows are its values over the bars, from the first value on") {
  const ProductId product("BTC-USD");
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 3, 200).bars;
  IndicatorTables tables({{product, "1m", {"ema(30)", "macd(12,26,9)"}}});
  std::vector<Change> out;
  for (const BarObserved& bar : bars) {
    tables.take(bar, out);
    tables.take(bar, out);   // once more
  }
  const auto spec = indicators::Spec::parse("ema(30)");
  const auto ema = spec.make();
  std::vector<std::pair<Time, std::string>> wanted;
  for (const BarObserved& bar : bars) {
    ema->update(strategy::anchor_bar_of(bar, 0).bar);
    if (!ema->values().empty()) wanted.emplace_back(bar.closed_at, indicators::number_text(ema->values()[0]));
  }
  std::vector<std::pair<Time, std::string>> found;
  std::map<std::string, std::size_t> columns;
  std::string newest;
  for (const Change& change : out) {
    if (const auto* row = std::get_if<IndicatorHistory>(&change.row)) {
      CHECK(change.what == Change::What::appended);
      ++columns[row->indicator];
      if (row->indicator == "ema_30") {
        CHECK(row->version == "indicator.ema.v1");
        found.emplace_back(row->ts, row->value);
      }
    } else if (std::get<IndicatorLatest>(change.row).indicator == "ema_30") {
      CHECK(change.what == Change::What::upserted);
      newest = std::get<IndicatorLatest>(change.row).value;
    }
  }
  CHECK(found == wanted);
  CHECK(newest == wanted.back().second);
  CHECK(columns.size() == 4);
  CHECK(columns.at("macd_hist") == columns.at("macd_signal"));
}

TEST_CASE("Coarser bars are final with the last finer one, and a longer bar than asked for is none") {
  const ProductId product("BTC-USD");
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 3, 60).bars;
  IndicatorTables tables({{product, "5m", {"sma(2)"}}});
  std::vector<Change> out;
  for (const BarObserved& bar : bars) tables.take(bar, out);
  std::size_t rows = 0;
  for (const Change& change : out)
    if (const auto* row = std::get_if<IndicatorHistory>(&change.row)) {
      CHECK(row->ts.ns % (300 * ns_per_s) == 0);
      ++rows;
    }
  CHECK(rows >= 10);
  out.clear();
  IndicatorTables finer({{product, "1m", {"sma(2)"}}});
  BarObserved hour = bars[0];
  hour.closed_at = hour.opened_at + 3'600 * ns_per_s;
  finer.take(hour, out);
  CHECK(out.empty());
}
