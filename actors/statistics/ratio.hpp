// above / below of two amounts, as the double nearest to it or the one beside that: amounts have up to 38 digits, more
// than a double holds, so they are divided before anything is rounded to one.
#pragma once

#include "messages/decimal.hpp"

namespace tally::statistics {

inline double ratio_of(Money above, Money below) {
  return static_cast<double>(static_cast<long double>(above.units()) / static_cast<long double>(below.units()));
}

}  // namespace tally::statistics
