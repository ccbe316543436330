#include "actors/instrument_resolver/expiry.hpp"

#include <charconv>
#include <stdexcept>

#include "actors/calendar/zone.hpp"

namespace tally::instruments {
namespace {

enum Weekday { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

int weekday(Day day) {
  const auto since_monday = (day + thursday) % 7;  // 1970-01-01 was a Thursday
  return static_cast<int>(since_monday < 0 ? since_monday + 7 : since_monday);
}

bool is_third_friday(Day day) {
  const std::string date = date_text(day);
  const int day_of_month = (date[8] - '0') * 10 + (date[9] - '0');
  return weekday(day) == friday && day_of_month >= 15 && day_of_month <= 21;
}

constexpr std::int64_t days_max = 36'525;  // a century: more is a slip

std::int64_t days_of(std::string_view term, std::string_view digits) {
  std::int64_t days = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), days);
  if (error != std::errc() || end != digits.data() + digits.size() || days < 0 || days > days_max)
    throw std::invalid_argument("'" + std::string(term) + "' wants a number of days from 0 to " + std::to_string(days_max));
  return days;
}

}  // namespace

bool is_monthly(Day day, const Holidays& holidays) {
  switch (weekday(day)) {
    case thursday: return is_third_friday(day + 1) && holidays.contains(day + 1);
    case friday: return is_third_friday(day) && !holidays.contains(day);
    case saturday: return is_third_friday(day - 1);
    default: return false;
  }
}

bool is_weekly(Day day, const Holidays& holidays) {
  if (is_monthly(day, holidays)) return false;
  return weekday(day) == thursday ? holidays.contains(day + 1) : weekday(day) == friday && !holidays.contains(day);
}

Day third_friday(Day first_of_month) {
  const int first = weekday(first_of_month);
  return first_of_month + (friday - first + 7) % 7 + 14;
}

bool is_meant(const ExpiryRule& rule, Day today, Day expiry, const Holidays& holidays) {
  const std::int64_t days = expiry - today;
  if (days < 0 || days < rule.days_min) return false;
  if (rule.on && expiry != *rule.on) return false;
  if (rule.roll_days && days <= *rule.roll_days) return false;
  switch (rule.cycle) {
    case Cycle::any: return true;
    case Cycle::monthly: return is_monthly(expiry, holidays);
    case Cycle::weekly: return is_weekly(expiry, holidays);
  }
  return false;
}

ExpiryRule expiry_rule_of(std::string_view text) {
  ExpiryRule rule;
  bool cycle_given = false;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    const std::string_view term = text.substr(0, comma);
    const auto cycle = [&](Cycle meant) {
      if (cycle_given) throw std::invalid_argument("'" + std::string(term) + "' comes second: say one of these");
      cycle_given = true;
      rule.cycle = meant;
    };
    if (term == "nearest") cycle(Cycle::any);
    else if (term == "monthly") cycle(Cycle::monthly);
    else if (term == "weekly") cycle(Cycle::weekly);
    else if (term.starts_with("min-days:")) rule.days_min = days_of(term, term.substr(9));
    else if (term.starts_with("roll:")) rule.roll_days = days_of(term, term.substr(5));
    else if (term.starts_with("on:")) {
      try {
        rule.on = day_of(term.substr(3));
      } catch (const ZoneError& error) {
        throw std::invalid_argument("'" + std::string(term) + "': " + error.what());
      }
    } else {
      throw std::invalid_argument("'" + std::string(term) +
                                  "' is none of nearest, monthly, weekly, min-days:N, roll:N and on:DATE");
    }
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return rule;
}

std::string text_of(const ExpiryRule& rule) {
  std::string text = rule.cycle == Cycle::monthly ? "monthly" : rule.cycle == Cycle::weekly ? "weekly" : "nearest";
  if (rule.on) text += ",on:" + date_text(*rule.on);
  if (rule.days_min > 0) text += ",min-days:" + std::to_string(rule.days_min);
  if (rule.roll_days) text += ",roll:" + std::to_string(*rule.roll_days);
  return text;
}

}  // namespace tally::instruments
