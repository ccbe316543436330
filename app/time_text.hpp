// Times as text: UTC, ISO 8601.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "messages/ids.hpp"

namespace tally {

struct TimeError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// For people.
std::string iso_date(Time time);     // 2024-01-02
std::string iso_time(Time time);     // 2024-01-02T03:04:05.678Z; the fraction is left out where it is zero

// To the nanosecond: a fraction of three, six or nine digits, as few as tell it; none where it is zero.
std::string exact_iso_time(Time time);

// "2016-10-07T00:01:00Z", with up to nine digits of a second's fraction, in the years 1678 to 2261. Throws TimeError.
Time time_of_iso(std::string_view iso);

}  // namespace tally
