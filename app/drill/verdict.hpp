// What a drill concludes about one invariant.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

namespace tally::drill {

enum class Finding : std::uint8_t { held, broken, not_judged };
BOOST_DESCRIBE_ENUM(Finding, held, broken, not_judged)

struct Verdict {
  std::string invariant;   // "I1"
  std::string claim;       // "no acknowledged command is lost"
  Finding finding = Finding::not_judged;
  std::string why;         // what was counted, or the first thing that is wrong
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (invariant, claim, finding, why))

}  // namespace tally::drill
