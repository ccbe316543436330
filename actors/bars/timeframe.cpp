#include "actors/bars/timeframe.hpp"

#include <charconv>

namespace tally::bars {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t ns_per_day = 86'400 * ns_per_s;

// "Europe/Oslo" -> "oslo"
std::string city_of(const std::string& zone) {
  std::string city = zone.substr(zone.rfind('/') + 1);
  for (char& c : city)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return city;
}

}  // namespace

std::int64_t length_of(std::string_view text) {
  std::int64_t count = 0;
  const char* const last = text.data() + text.size();
  const auto [unit, code] = std::from_chars(text.data(), last, count);
  const std::int64_t ns = code != std::errc() || last - unit != 1 ? 0
                          : *unit == 's'                          ? ns_per_s
                          : *unit == 'm'                          ? 60 * ns_per_s
                          : *unit == 'h'                          ? 3'600 * ns_per_s
                                                                  : 0;
  if (ns == 0 || count < 1 || count > ns_per_day / ns)
    throw TimeframeError("'" + std::string(text) + "' is no length of time such as 30s, 5m or 4h, up to 24h");
  return count * ns;
}

Timeframe Timeframe::parse(std::string_view text, const std::optional<Zone>& zone) {
  if (text == "1d") {
    const Zone of_days = zone.value_or(Zone("UTC"));
    return {"1d_" + city_of(of_days.name()), ns_per_day, of_days};
  }
  const std::int64_t length = length_of(text);
  if (ns_per_day % length != 0) throw TimeframeError("'" + std::string(text) + "' does not divide a day");
  if (zone) throw TimeframeError("a zone goes with 1d only; '" + std::string(text) + "' is counted in UTC");
  return {std::string(text), length, std::nullopt};
}

Bucket Timeframe::bucket_of(std::int64_t utc_ns) const {
  if (zone_) return {zone_->day_start(utc_ns), zone_->day_end(utc_ns)};
  const std::int64_t count = utc_ns / length_ - (utc_ns % length_ < 0 ? 1 : 0);
  return {count * length_, (count + 1) * length_};
}

}  // namespace tally::bars
