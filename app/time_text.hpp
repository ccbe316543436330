// Times for people: UTC, ISO 8601.
#pragma once

#include <string>
#include <string_view>

#include "messages/ids.hpp"

namespace tally {

std::string iso_date(Time time);     // 2024-01-02
std::string iso_time(Time time);     // 2024-01-02T03:04:05.678Z; the fraction is left out where it is zero
// "2016-10-07T00:01:00Z", with up to nine digits of a second's fraction. Throws std::invalid_argument.
Time time_of_iso(std::string_view iso);

}  // namespace tally
