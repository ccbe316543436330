// Local days of an IANA time zone: which date a UTC instant has there, and where that day begins and ends.
//
// Laws: the days of a zone follow each other without gap or overlap, day_start(t) <= t < day_end(t), day_start is the same
// for every instant of a day, and day_end(t) == day_start(day_end(t)). A day may last 23, 24, 25 or some other number of hours.
// A day begins when its date is first shown by the local clock: at midnight, or, where summer time skips midnight, at the
// first instant after the gap. Where the clock is set back over midnight the repeated time belongs to the new day; exactly
// midnight belongs to the day it begins.
//
// Instants are nanoseconds UTC since 1970. The rules are those of the machine's tzdata, known for 1902 to 2037; beyond, the
// offset stays as it was last. A Zone is one pointer into that database, which is read once and kept: copy it freely; safe
// between threads.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tally {

struct ZoneError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Zone {
 public:
  // "Europe/Oslo", "America/New_York", "UTC". Throws ZoneError on a name that tzdata does not know.
  explicit Zone(std::string_view name);

  const std::string& name() const;
  std::int64_t day_start(std::int64_t utc_ns) const;  // the first instant of the local day that holds utc_ns
  std::int64_t day_end(std::int64_t utc_ns) const;    // the first instant of the next local day
  std::int64_t day_number(std::int64_t utc_ns) const;  // the local date of utc_ns as days since 1970-01-01
  std::int64_t start_of(std::int64_t day_number) const;  // the first instant of that local date
  std::string date(std::int64_t utc_ns) const;         // the same date as text, "2024-03-31"

 private:
  const void* rules_;
};

// "2024-03-31" of days since 1970-01-01, and back; day_of throws ZoneError where `iso` is no date.
std::string date_text(std::int64_t day_number);
std::int64_t day_of(std::string_view iso);

}  // namespace tally
