// Figures as text.
#pragma once

#include "app/statistics/equity_report.hpp"

namespace tally {

// In JSON, to the last bit and as people write numbers. JSON has no word for what is no number: it is text there, "nan", "inf"
// or "-inf".
std::string json_of(const Figure& figure);

// For people: six digits.
std::string text_of(const Figure& figure);

}  // namespace tally
