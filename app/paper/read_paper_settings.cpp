#include "app/paper/read_paper_settings.hpp"

#include "actors/calendar/zone.hpp"

namespace tally {

PaperSettings read_paper_settings(YamlSection section) {
  PaperSettings paper;
  section.fill(paper);
  section.finish();
  const Ratio one = Ratio::whole(1);
  if (paper.capital < Money::whole(1)) section.refuse("capital", "must be at least 1");
  if (paper.risk_fraction <= Ratio{} || paper.risk_fraction > one)
    section.refuse("riskFraction", "must be above 0 and at most 1");
  if (paper.leverage_max <= Ratio{}) section.refuse("leverageMax", "must be above 0");
  try {
    const Zone known(paper.zone);
  } catch (const ZoneError& error) {
    section.refuse("zone", error.what());
  }
  if (paper.periods_per_year < 1 || paper.periods_per_year > 366) section.refuse("periodsPerYear", "must be between 1 and 366");
  if (paper.prior_days < 0) section.refuse("priorDays", "must be at least 0");
  if (paper.weight_floor < Ratio{} || paper.weight_floor > paper.weight_cap)
    section.refuse("weightFloor", "must be at least 0 and at most weightCap");
  if (paper.weight_cap > one) section.refuse("weightCap", "must be at most 1");
  if (paper.weight_change < Ratio{}) section.refuse("weightChange", "must be at least 0");
  return paper;
}

}  // namespace tally
