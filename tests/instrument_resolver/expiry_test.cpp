// Which expiry is meant: monthly and weekly ones, days ahead, rolling.
#include "tests/instrument_resolver/chains.hpp"

using namespace tally;
using namespace tally::instruments;
using namespace tally::instruments::test;

namespace {

// The first of `days` that the rule means on `from`, as text; empty where none is.
std::string meant(const char* rule, const char* from, std::initializer_list<const char*> days, const Holidays& holidays = {}) {
  for (const char* const day : days)
    if (is_meant(expiry_rule_of(rule), day_of(from), day_of(day), holidays)) return day;
  return "";
}

}  // namespace

TEST_CASE("The standard monthly expiry is the third Friday, or the Saturday after it") {
  const Holidays none;
  CHECK(is_monthly(day_of("2024-03-15"), none));
  CHECK(is_monthly(day_of("2014-06-20"), none));
  CHECK(is_monthly(day_of("2014-06-21"), none));
  CHECK(is_monthly(day_of("2016-01-15"), none));
  CHECK(is_monthly(day_of("2021-10-15"), none));       // the 1st is a Friday
  CHECK_FALSE(is_monthly(day_of("2021-10-22"), none));
  CHECK_FALSE(is_monthly(day_of("2014-06-13"), none));
  CHECK_FALSE(is_monthly(day_of("2014-06-28"), none));
  CHECK_FALSE(is_monthly(day_of("2024-03-14"), none));
  CHECK(third_friday(day_of("2013-12-01")) == day_of("2013-12-20"));
  CHECK(third_friday(day_of("2021-10-01")) == day_of("2021-10-15"));
  CHECK(third_friday(day_of("2014-03-01")) == day_of("2014-03-21"));  // the 1st is a Saturday
}

TEST_CASE("Where the third Friday is a holiday the Thursday is the monthly expiry") {
  const Holidays good_friday = {day_of("2008-03-21")};
  CHECK(is_monthly(day_of("2008-03-20"), good_friday));
  CHECK_FALSE(is_monthly(day_of("2008-03-21"), good_friday));
  CHECK(is_monthly(day_of("2008-03-22"), good_friday));
  CHECK_FALSE(is_monthly(day_of("2008-03-20"), {}));
}

TEST_CASE("A weekly expiry is another Friday, or the Thursday before one that is a holiday") {
  CHECK(is_weekly(day_of("2014-06-13"), {}));
  CHECK_FALSE(is_weekly(day_of("2014-06-20"), {}));
  CHECK_FALSE(is_weekly(day_of("2014-06-12"), {}));
  const Holidays independence = {day_of("2014-07-04")};
  CHECK(is_weekly(day_of("2014-07-03"), independence));
  CHECK_FALSE(is_weekly(day_of("2014-07-04"), independence));
  CHECK_FALSE(is_weekly(day_of("2008-03-20"), {day_of("2008-03-21")}));  // that one is monthly
}

TEST_CASE("Days ahead and rolling count calendar days; an expiry of today counts") {
  const auto days = {"2014-06-13", "2014-06-20", "2014-06-27", "2014-07-18"};
  CHECK(meant("nearest", "2014-06-13", days) == std::string("2014-06-13"));
  CHECK(meant("nearest", "2014-06-14", days) == std::string("2014-06-20"));
  CHECK(meant("min-days:7", "2014-06-13", days) == std::string("2014-06-20"));
  CHECK(meant("roll:7", "2014-06-13", days) == std::string("2014-06-27"));
  CHECK(meant("roll:6", "2014-06-13", days) == std::string("2014-06-20"));
  CHECK(meant("roll:0", "2014-06-13", days) == std::string("2014-06-20"));
  CHECK(meant("monthly", "2014-06-13", days) == std::string("2014-06-20"));
  CHECK(meant("monthly,roll:7", "2014-06-13", days) == std::string("2014-07-18"));
  CHECK(meant("weekly,min-days:1", "2014-06-13", days) == std::string("2014-06-27"));
  CHECK(meant("on:2014-06-27", "2014-06-13", days) == std::string("2014-06-27"));
  CHECK(meant("on:2014-06-13", "2014-06-14", days).empty());
}

TEST_CASE("The resolver takes the nearest expiry that is meant") {
  OptionRule asked = rule("atm");
  asked.expiry = expiry_rule_of("min-days:17");
  CHECK(answer(chain(), asked) == "ABC-2014-07-19-C-100");
  asked.expiry = expiry_rule_of("monthly");
  CHECK(answer(chain(), asked) == "ABC-2014-06-21-C-100");
  asked.expiry = expiry_rule_of("weekly");
  CHECK(answer(chain(), asked) == "EXPIRY_NOT_FOUND");
}

TEST_CASE("Expiry rules are written as they are read, and nothing else is read") {
  for (const char* const text : {"nearest", "monthly", "weekly,min-days:3", "monthly,roll:5", "nearest,on:2014-06-21"})
    CHECK(text_of(expiry_rule_of(text)) == text);
  CHECK(text_of(expiry_rule_of("roll:2,min-days:9")) == "nearest,min-days:9,roll:2");
  for (const char* const text : {"", "next", "min-days:", "min-days:-1", "roll:1x", "on:2014-02-30", "monthly,", "monthly,weekly",
                                 "roll:99999999999999999999"})
    CHECK_THROWS_AS(expiry_rule_of(text), std::invalid_argument);
}
