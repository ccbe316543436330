// Which expiry of a chain is meant. Days are calendar days of the exchange.
//
//   standard monthly   the month's third Friday; the Saturday after it, which US options named until 2015; or the Thursday
//                      before it where that Friday is a holiday
//   weekly             a Friday that is no holiday, or a Thursday before one that is; the standard monthly ones are not meant
//
// Only the holidays that are given are known: without any, every Friday is a trading day.
#pragma once

#include <boost/container/flat_set.hpp>
#include <optional>
#include <span>
#include <string>

#include "actors/instrument_resolver/chain.hpp"

namespace tally::instruments {

using Holidays = boost::container::flat_set<Day>;

enum class Cycle : std::uint8_t { any, monthly, weekly };
BOOST_DESCRIBE_ENUM(Cycle, any, monthly, weekly)

// The nearest expiry of the cycle that is left by all its terms. An expiry of today still counts, one of yesterday does not.
struct ExpiryRule {
  Cycle cycle = Cycle::any;
  std::optional<Day> on;              // this very date
  std::int64_t days_min = 0;          // at least so many days ahead
  std::optional<std::int64_t> roll_days;  // from so many days before its expiry on, the next one is meant
};
BOOST_DESCRIBE_STRUCT(ExpiryRule, (), (cycle, on, days_min, roll_days))

bool is_monthly(Day day, const Holidays& holidays);
bool is_weekly(Day day, const Holidays& holidays);

// The third Friday of the month whose first day is given.
Day third_friday(Day first_of_month);

bool is_meant(const ExpiryRule& rule, Day today, Day expiry, const Holidays& holidays);

// "nearest", "monthly", "weekly", "min-days:30", "roll:5", "on:2014-06-21", and several of them joined by commas. Throws
// std::invalid_argument.
ExpiryRule expiry_rule_of(std::string_view text);
std::string text_of(const ExpiryRule& rule);  // what expiry_rule_of reads

}  // namespace tally::instruments
