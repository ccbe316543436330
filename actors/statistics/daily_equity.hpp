// Equity by the day: the last observation of each day closes it.
#pragma once

#include <cstdint>
#include <vector>

#include "messages/written.hpp"

namespace tally::statistics {

enum class Days {
  observed,  // days with an observation only
  calendar,  // every date from the first to the last; a day without one closes where the day before did
};

struct DayClose {
  std::int64_t day = 0;         // since 1970-01-01, in the zone that was asked for
  Written<Money> equity;
  bool observed = true;
  double daily_return = 0;      // against the day before; of the first day against the starting equity
  double drawdown = 0;          // of daily closes
};

class DailyEquity {
 public:
  // In the order of time; of one instant the later observation counts. A day before the last one's is a defect of the caller.
  void add(std::int64_t day, const Written<Money>& equity);

  // Empty where nothing was added. `starting_equity` and every equity must be above zero.
  std::vector<DayClose> closes(Days days, Money starting_equity) const;

 private:
  std::vector<DayClose> observed_;
};

}  // namespace tally::statistics
