#include "actors/calendar/zone.hpp"

#include <date/tz.h>

#include <charconv>

namespace tally {
namespace {

using std::chrono::seconds;

constexpr std::int64_t ns_per_second = 1'000'000'000;

const date::time_zone& rules(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

date::sys_seconds second_of(std::int64_t utc_ns) {
  const std::int64_t rounded_down = utc_ns / ns_per_second - (utc_ns % ns_per_second < 0 ? 1 : 0);
  return date::sys_seconds(seconds(rounded_down));
}

date::year_month_day civil(std::int64_t day_number) { return date::sys_days(date::days(static_cast<int>(day_number))); }

}  // namespace

Zone::Zone(std::string_view name) {
  try {
    rules_ = date::locate_zone(std::string(name));
  } catch (const std::runtime_error&) {
    throw ZoneError("'" + std::string(name) + "' is no time zone of tzdata, such as Europe/Oslo or UTC");
  }
}

const std::string& Zone::name() const { return rules(rules_).name(); }

std::int64_t Zone::start_of(std::int64_t day_number) const {
  const date::local_seconds midnight{date::local_days(date::days(static_cast<int>(day_number)))};
  const date::local_info found = rules(rules_).get_info(midnight);
  const date::sys_seconds start = found.result == date::local_info::nonexistent
                                      ? found.first.end
                                      : date::sys_seconds(midnight.time_since_epoch() - found.first.offset);
  return start.time_since_epoch().count() * ns_per_second;
}

std::int64_t Zone::day_number(std::int64_t utc_ns) const {
  const date::sys_seconds instant = second_of(utc_ns);
  const seconds local = instant.time_since_epoch() + rules(rules_).get_info(instant).offset;
  const std::int64_t shown = date::floor<date::days>(local).count();
  return start_of(shown + 1) <= utc_ns ? shown + 1 : shown;
}

std::int64_t Zone::day_start(std::int64_t utc_ns) const { return start_of(day_number(utc_ns)); }

std::int64_t Zone::day_end(std::int64_t utc_ns) const { return start_of(day_number(utc_ns) + 1); }

std::string Zone::date(std::int64_t utc_ns) const { return date_text(day_number(utc_ns)); }

std::string date_text(std::int64_t day_number) {
  const date::year_month_day day = civil(day_number);
  const auto padded = [](std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
  };
  return padded(static_cast<int>(day.year()), 4) + '-' + padded(static_cast<unsigned>(day.month()), 2) + '-' +
         padded(static_cast<unsigned>(day.day()), 2);
}

std::int64_t day_of(std::string_view iso) {
  const auto fail = [&]() -> int { throw ZoneError("'" + std::string(iso) + "' is no date such as 2024-03-31"); };
  const auto number = [&](std::size_t at, std::size_t size) {
    unsigned value = 0;
    const char* const last = iso.data() + at + size;
    const auto [end, code] = std::from_chars(iso.data() + at, last, value);
    return code == std::errc() && end == last ? static_cast<int>(value) : fail();
  };
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') fail();
  const date::year_month_day day = date::year(number(0, 4)) / number(5, 2) / number(8, 2);
  if (!day.ok()) fail();
  return date::sys_days(day).time_since_epoch().count();
}

}  // namespace tally
