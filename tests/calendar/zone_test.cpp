// Local days of IANA zones.
#include "actors/calendar/zone.hpp"

#include <cstdlib>

#include "tests/catch.hpp"

using namespace tally;

namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t hour = 3'600 * ns_per_s;

std::int64_t utc(const char* date, std::int64_t hours, std::int64_t minutes = 0) {
  return day_of(date) * 24 * hour + hours * hour + minutes * 60 * ns_per_s;
}

}  // namespace

TEST_CASE("A day in Oslo begins at 23 or 22 o'clock UTC, and lasts 23 and 25 hours when the clocks change") {
  const Zone oslo("Europe/Oslo");
  CHECK(oslo.date(utc("2024-03-30", 22, 59)) == "2024-03-30");
  CHECK(oslo.date(utc("2024-03-30", 23)) == "2024-03-31");
  CHECK(oslo.day_start(utc("2024-03-31", 12)) == utc("2024-03-30", 23));
  CHECK(oslo.day_end(utc("2024-03-31", 12)) == utc("2024-03-31", 22));
  CHECK(oslo.day_start(utc("2024-10-27", 12)) == utc("2024-10-26", 22));
  CHECK(oslo.day_end(utc("2024-10-27", 12)) == utc("2024-10-27", 23));
  CHECK(oslo.date(utc("2024-10-27", 22, 59)) == "2024-10-27");
  CHECK(oslo.date(utc("2024-10-27", 23)) == "2024-10-28");
}

TEST_CASE("The last nanosecond of a day belongs to it, before 1970 too") {
  const Zone utc_zone("UTC");
  CHECK(utc_zone.date(utc("2024-01-01", 0) - 1) == "2023-12-31");
  CHECK(utc_zone.date(utc("1969-12-31", 0) - 1) == "1969-12-30");
  CHECK(utc_zone.day_number(-1) == -1);
  CHECK(utc_zone.day_start(-1) == -24 * hour);
  CHECK(utc_zone.day_number(0) == 0);
}

TEST_CASE("Where summer time skips midnight, the day begins after the gap") {
  const Zone sao_paulo("America/Sao_Paulo");  // 2018-11-04: 00:00 -03 became 01:00 -02
  CHECK(sao_paulo.day_start(utc("2018-11-04", 12)) == utc("2018-11-04", 3));
  CHECK(sao_paulo.date(utc("2018-11-04", 3) - 1) == "2018-11-03");
  CHECK(sao_paulo.day_end(utc("2018-11-04", 12)) == utc("2018-11-05", 2));
}

TEST_CASE("Where the clock is set back over midnight, the repeated hour belongs to the new day") {
  const Zone st_johns("America/St_Johns");  // 2010-11-07 00:01 -02:30 became 2010-11-06 23:01 -03:30
  const std::int64_t midnight = utc("2010-11-07", 2, 30);
  CHECK(st_johns.date(midnight - 1) == "2010-11-06");
  CHECK(st_johns.date(midnight) == "2010-11-07");
  CHECK(st_johns.date(midnight + 30 * 60 * ns_per_s) == "2010-11-07");
  CHECK(st_johns.day_start(midnight + 30 * 60 * ns_per_s) == midnight);
}

TEST_CASE("A date that a zone left out has no instant") {
  const Zone apia("Pacific/Apia");  // Samoa went from 2011-12-29 to 2011-12-31
  CHECK(apia.start_of(day_of("2011-12-30")) == apia.start_of(day_of("2011-12-31")));
  CHECK(apia.date(apia.start_of(day_of("2011-12-30")) - 1) == "2011-12-29");
  CHECK(apia.date(apia.start_of(day_of("2011-12-30"))) == "2011-12-31");
  CHECK(apia.day_end(utc("2011-12-29", 12)) == apia.day_start(utc("2011-12-31", 0)));
}

TEST_CASE("The days of a zone follow each other without gap or overlap") {
  for (const char* name : {"UTC", "Europe/Oslo", "America/New_York", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia",
                           "Australia/Lord_Howe", "Africa/Cairo"}) {
    const Zone zone(name);
    const std::int64_t last = utc("2037-12-01", 0);
    for (std::int64_t start = zone.day_start(utc("2009-12-31", 0)); start < last;) {
      const std::int64_t end = zone.day_end(start);
      CAPTURE(name, zone.date(start));
      REQUIRE(end > start);
      REQUIRE(zone.day_start(start) == start);
      REQUIRE(zone.day_start(start + (end - start) / 2) == start);
      REQUIRE(zone.day_start(end - 1) == start);
      REQUIRE(zone.day_start(end) == end);
      start = end;
    }
  }
}

TEST_CASE("Dates read back as they were written, and what is no date or zone is refused") {
  for (std::int64_t day : {-100'000, -1, 0, 11'016, 19'782, 100'000}) CHECK(day_of(date_text(day)) == day);
  CHECK(date_text(0) == "1970-01-01");
  for (const char* text : {"", "2024-02-30", "2024-13-01", "2024-1-1", "24-01-01", "2024/01/01", "2024-01-0x", "2024-01-011"})
    CHECK_THROWS_AS(day_of(text), ZoneError);
  CHECK_THROWS_AS(Zone("Europe/Bergen"), ZoneError);
  CHECK_THROWS_WITH(Zone(""), "'' is no time zone of tzdata, such as Europe/Oslo or UTC");
}
