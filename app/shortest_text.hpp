// A double in the shortest text that reads back as it: an exponent below 1e-4 and from 1e16 on ("1e-08"), else digits with
// at least one after the point ("100.0"); "nan", "inf", "-inf".
#pragma once

#include <string>

namespace tally {

std::string shortest_text(double value);

}  // namespace tally
