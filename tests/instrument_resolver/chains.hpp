// A small chain to change: two expiries, strikes 90 to 110 by 5, calls and puts, everything quoted, at 101.
#pragma once

#include "actors/calendar/zone.hpp"
#include "actors/instrument_resolver/option_resolver.hpp"
#include "tests/catch.hpp"

namespace tally::instruments::test {

inline Price price(std::string_view text) { return Price::parse(text); }
inline Ratio ratio(std::string_view text) { return Ratio::parse(text); }
inline Quantity contracts(std::int64_t count) { return Quantity::whole(count); }

constexpr Time noon{1'401'984'000 * ns_per_s};  // 2014-06-05T16:00:00Z
inline const Day today = day_of("2014-06-05");
inline const Day june = day_of("2014-06-21");   // the Saturday after the third Friday
inline const Day july = day_of("2014-07-19");

inline OptionRow option(Day expiry, Right right, std::int64_t strike) {
  OptionRow row;
  row.expiry = expiry;
  row.right = right;
  row.strike = Price::whole(strike);
  row.bid = price("2");
  row.ask = price("2.1");
  row.quoted_at = noon + -60 * ns_per_s;
  row.open_interest = contracts(500);
  row.volume = contracts(20);
  const std::int64_t above = right == Right::call ? 110 - strike : strike - 90;  // 0, 5 ... 20
  row.greeks.delta = Ratio::from_units((100 + above * 40) * 1'000'000);                  // 0.1, 0.3 ... 0.9
  if (right == Right::put) row.greeks.delta = -*row.greeks.delta;
  return row;
}

inline OptionChain chain() {
  OptionChain chain;
  chain.underlying = ProductId("ABC");
  chain.at = noon;
  chain.today = today;
  chain.underlying_price = price("101");
  chain.underlying_at = noon;
  for (const Day expiry : {june, july})
    for (const Right right : {Right::call, Right::put})
      for (std::int64_t strike = 90; strike <= 110; strike += 5) chain.rows.push_back(option(expiry, right, strike));
  return chain;
}

inline OptionRow& row_of(OptionChain& chain, Day expiry, Right right, std::int64_t strike) {
  for (OptionRow& row : chain.rows)
    if (row.expiry == expiry && row.right == right && row.strike == Price::whole(strike)) return row;
  throw std::logic_error("no such row");
}

inline OptionRule rule(std::string_view rank, Right right = Right::call) {
  OptionRule rule;
  rule.right = right;
  rule.choice = rank_of(rank);
  rule.liquidity.spread_max = ratio("0.1");
  rule.liquidity.open_interest_min = contracts(100);
  return rule;
}

// The chosen instrument's name, or the id of the rule that was broken.
inline std::string answer(const OptionChain& chain, const OptionRule& rule, const Holidays& holidays = {}) {
  const OptionResolution resolution = resolve(chain, rule, holidays);
  CHECK(resolution.chosen.has_value() != resolution.rejected.has_value());
  CHECK_FALSE(resolution.reason.empty());
  return resolution.chosen ? name_of(chain, resolution.chosen->row) : std::string(id_of(*resolution.rejected));
}

}  // namespace tally::instruments::test
