#include "actors/instrument_resolver/option_filters.hpp"

namespace tally::instruments {
namespace {

using enum Rejected;

bool is_two_sided(const OptionRow& row) { return row.bid && row.ask && *row.bid > Price{} && *row.ask >= *row.bid; }

// (ask - bid) / ((ask + bid) / 2) > limit, without a division: both sides are positive 64-bit numbers.
bool is_wide(const OptionRow& row, Ratio limit) {
  const Int128 spread = static_cast<Int128>(row.ask->units()) - row.bid->units();
  const Int128 sum = static_cast<Int128>(row.ask->units()) + row.bid->units();
  return 2 * spread * Ratio::whole(1).units() > limit.units() * sum;
}

bool is_old(const OptionRow& row, const Liquidity& rule, Time at) {
  return rule.quote_age_ms_max && is_older(*row.quoted_at, at, *rule.quote_age_ms_max);
}

bool is_below(const std::optional<Quantity>& figure, const std::optional<Quantity>& limit) {
  return limit && figure.value_or(Quantity{}) < *limit;
}

std::string text_of(const std::optional<Price>& price) { return price ? price->text() : "none"; }

std::string below(const char* what, const std::optional<Quantity>& figure, const std::optional<Quantity>& limit) {
  return std::string(what) + " is " + (figure ? figure->text() : "not known") + ", below " + limit->text();
}

}  // namespace

std::vector<Rejected> failed_filters(const OptionRow& row, const Liquidity& rule, Time at) {
  std::vector<Rejected> failed;
  const bool quotes_matter = rule.two_sided || rule.spread_max || rule.quote_age_ms_max;
  if (quotes_matter && !row.quoted_at) {
    failed.push_back(quote_missing);
  } else if (quotes_matter) {
    if (is_old(row, rule, at)) failed.push_back(quote_stale);
    const bool two_sided = is_two_sided(row);
    if ((rule.two_sided || rule.spread_max) && !two_sided) failed.push_back(not_two_sided);
    if (rule.spread_max && two_sided && is_wide(row, *rule.spread_max)) failed.push_back(spread_too_wide);
  }
  if (is_below(row.open_interest, rule.open_interest_min)) failed.push_back(open_interest_too_low);
  if (is_below(row.volume, rule.volume_min)) failed.push_back(volume_too_low);
  return failed;
}

std::string reason_of(Rejected failed, const OptionRow& row, const Liquidity& rule, Time at) {
  switch (failed) {
    case quote_missing: return "no quote of today is known";
    case quote_stale:
      return "the last quote is " + std::to_string((at - *row.quoted_at) / ns_per_ms) + " ms old, of " +
             std::to_string(*rule.quote_age_ms_max) + " allowed";
    case not_two_sided: return "bid " + text_of(row.bid) + ", ask " + text_of(row.ask) + " is no two-sided quote";
    case spread_too_wide:
      return "ask " + text_of(row.ask) + " less bid " + text_of(row.bid) + " is more than " + rule.spread_max->text() +
             " of their middle";
    case open_interest_too_low: return below("open interest", row.open_interest, rule.open_interest_min);
    case volume_too_low: return below("volume", row.volume, rule.volume_min);
    default: return std::string(id_of(failed));
  }
}

}  // namespace tally::instruments
