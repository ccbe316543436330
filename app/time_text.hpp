// Times for people: UTC, ISO 8601.
#pragma once

#include <string>

#include "messages/ids.hpp"

namespace tally {

std::string iso_date(Time time);     // 2024-01-02
std::string iso_time(Time time);     // 2024-01-02T03:04:05.678Z; the fraction is left out where it is zero

}  // namespace tally
