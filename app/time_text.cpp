#include "app/time_text.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace tally {
namespace {

std::string formatted(Time time, const char* format) {
  const std::time_t seconds = static_cast<std::time_t>(time.ns / ns_per_s - (time.ns % ns_per_s < 0 ? 1 : 0));
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof text, format, &utc)};
}

}  // namespace

std::string iso_date(Time time) { return formatted(time, "%Y-%m-%d"); }

std::string iso_time(Time time) {
  const std::int64_t below = ((time.ns % ns_per_s) + ns_per_s) % ns_per_s / ns_per_ms;
  std::string text = formatted(time, "%Y-%m-%dT%H:%M:%S");
  if (below != 0) {
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(below));
    text += fraction;
  }
  return text + 'Z';
}

Time time_of_iso(std::string_view iso) {
  const auto fail = [&]() -> std::int64_t { throw std::invalid_argument("'" + std::string(iso) + "' is no UTC time"); };
  const auto number = [&](std::size_t at, std::size_t size) {
    if (at + size > iso.size()) fail();
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(iso.data() + at, iso.data() + at + size, value);
    return code == std::errc() && end == iso.data() + at + size ? value : fail();
  };
  if (iso.size() < 20 || iso.back() != 'Z' || iso[4] != '-' || iso[7] != '-' || iso[10] != 'T' || iso[13] != ':' ||
      iso[16] != ':')
    fail();
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const std::int64_t hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) fail();
  if (date.year() < std::chrono::year(1678) || date.year() > std::chrono::year(2261)) fail();  // what 64 bits of ns can say
  std::int64_t fraction = 0;
  if (iso[19] == '.') {
    const std::size_t digits = iso.size() - 21;
    if (digits < 1 || digits > 9) fail();
    fraction = number(20, digits);
    for (std::size_t i = digits; i < 9; ++i) fraction *= 10;
  } else if (iso.size() != 20) {
    fail();
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return {days * ns_per_day + ((hour * 60 + minute) * 60 + second) * ns_per_s + fraction};
}

}  // namespace tally
