#include "app/time_text.hpp"

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

std::int64_t below_second(Time time) { return ((time.ns % ns_per_s) + ns_per_s) % ns_per_s; }

[[noreturn]] void refuse(std::string_view iso) { throw TimeError("'" + std::string(iso.substr(0, 48)) + "' is no UTC time"); }

}  // namespace

std::string iso_date(Time time) { return formatted(time, "%Y-%m-%d"); }

std::string iso_time(Time time) {
  const std::int64_t below = below_second(time) / ns_per_ms;
  std::string text = formatted(time, "%Y-%m-%dT%H:%M:%S");
  if (below != 0) {
    char fraction[8];
    std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(below));
    text += fraction;
  }
  return text + 'Z';
}

std::string exact_iso_time(Time time) {
  std::string text = formatted(time, "%Y-%m-%dT%H:%M:%S");
  if (const std::int64_t below = below_second(time); below != 0) {
    char fraction[16];
    const int size = std::snprintf(fraction, sizeof fraction, ".%09lld", static_cast<long long>(below));
    const int digits = below % 1'000'000 == 0 ? 3 : below % 1'000 == 0 ? 6 : 9;
    text.append(fraction, static_cast<std::size_t>(size - 9 + digits));
  }
  return text + 'Z';
}

Time time_of_iso(std::string_view iso) {
  const auto number = [&](std::size_t at, std::size_t size) {
    std::int64_t value = 0;
    for (const char c : iso.substr(at, size)) {
      if (c < '0' || c > '9') refuse(iso);
      value = value * 10 + (c - '0');
    }
    return value;
  };
  if (iso.size() < 20 || iso.back() != 'Z' || iso[4] != '-' || iso[7] != '-' || iso[10] != 'T' || iso[13] != ':' ||
      iso[16] != ':')
    refuse(iso);
  const std::int64_t year = number(0, 4);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const std::int64_t hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!date.ok() || year < 1678 || year > 2261 || hour > 23 || minute > 59 || second > 59) refuse(iso);
  std::int64_t fraction = 0;
  if (iso.size() > 20) {
    const std::size_t digits = iso.size() - 21;
    if (iso[19] != '.' || digits < 1 || digits > 9) refuse(iso);
    fraction = number(20, digits);
    for (std::size_t i = digits; i < 9; ++i) fraction *= 10;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return {days * ns_per_day + ((hour * 60 + minute) * 60 + second) * ns_per_s + fraction};
}

}  // namespace tally
