#include "actors/statistics/daily_equity.hpp"

#include "actors/statistics/drawdown.hpp"
#include "actors/statistics/ratio.hpp"
#include "messages/assert.hpp"

namespace tally::statistics {

void DailyEquity::add(std::int64_t day, const Written<Money>& equity) {
  TALLY_ASSERT(observed_.empty() || observed_.back().day <= day);
  if (observed_.empty() || observed_.back().day != day) observed_.push_back({day, equity});
  else observed_.back().equity = equity;
}

std::vector<DayClose> DailyEquity::closes(Days days, Money starting_equity) const {
  std::vector<DayClose> all;
  for (const DayClose& close : observed_) {
    while (days == Days::calendar && !all.empty() && all.back().day + 1 < close.day)
      all.push_back({all.back().day + 1, all.back().equity, false});
    all.push_back(close);
  }
  Money before = starting_equity;
  DrawdownMeter meter(starting_equity);
  for (DayClose& close : all) {
    close.daily_return = ratio_of(close.equity.value - before, before);
    close.drawdown = meter.add(close.equity.value, close.day);
    before = close.equity.value;
  }
  return all;
}

}  // namespace tally::statistics
