// Buckets of time for coarser bars: so many seconds, minutes or hours counted from 1970-01-01T00:00Z, or the local days of a
// zone. Buckets follow each other without gap or overlap; an instant belongs to start <= t < end. Instants are ns UTC.
#pragma once

#include <optional>

#include "actors/calendar/zone.hpp"

namespace tally::bars {

struct TimeframeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Bucket {
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool holds(std::int64_t utc_ns) const { return start <= utc_ns && utc_ns < end; }
};

class Timeframe {
 public:
  // "5m", "15m", "1h", "4h": any count of s, m or h that divides a day; "1d" is the local day of `zone`, UTC without one.
  // Throws TimeframeError on anything else, and on a zone with less than a day.
  static Timeframe parse(std::string_view text, const std::optional<Zone>& zone = std::nullopt);

  Bucket bucket_of(std::int64_t utc_ns) const;
  // "5m"; of days with the zone's city: "1d_utc", "1d_oslo".
  const std::string& name() const { return name_; }

 private:
  Timeframe(std::string name, std::int64_t length, std::optional<Zone> zone)
      : name_(std::move(name)), length_(length), zone_(zone) {}

  std::string name_;
  std::int64_t length_;  // ns; of no meaning where there is a zone
  std::optional<Zone> zone_;
};

// "1m", "90s", "4h" in ns; any positive count up to a day. Throws TimeframeError.
std::int64_t length_of(std::string_view text);

}  // namespace tally::bars
