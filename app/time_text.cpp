#include "app/time_text.hpp"

#include <cstdio>
#include <ctime>

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

}  // namespace tally
