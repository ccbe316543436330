// Sections that a profile may do without: feeds, paper, indicators. Each example is the one that the docs show.
#include <fstream>
#include <sstream>

#include "app/profile.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Profile with(const std::string& section) {
  return read_profile_text(text_of(TALLY_SOURCE_DIR "/cfg/default.yaml") + "\n" + section, "p.yaml");
}

// The fenced YAML of a page that begins with `first_line`.
std::string example_of(const std::string& page, const std::string& first_line) {
  const std::string text = text_of(TALLY_SOURCE_DIR "/docs/" + page);
  const auto begin = text.find("```yaml\n" + first_line);
  REQUIRE(begin != std::string::npos);
  return text.substr(begin + 8, text.find("```", begin + 8) - begin - 8);
}

std::string without_line(std::string text, const std::string& line) {
  const auto at = text.find(line);
  REQUIRE(at != std::string::npos);
  return text.erase(at, text.find('\n', at) + 1 - at);
}

std::string section_error(const std::string& section) {
  try {
    with(section);
  } catch (const ProfileError& error) {
    return error.what();
  }
  return "accepted";
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("The documented feeds of a profile are read as they stand") {
  const std::string text = example_of("market-data.md", "feeds:");
  const Profile profile = with(text);
  REQUIRE(profile.feeds.size() == 1);
  const FeedSetting& feed = profile.feeds[0];
  CHECK(feed.feed == "binance");
  CHECK(feed.begin == FeedBegin::now);
  CHECK(feed.lateness_ms == 1'000);
  REQUIRE(feed.products.size() == 1);
  CHECK(feed.products[0].seen_as.text() == "BTC-USDT");
  CHECK(feed.products[0].from == FeedBarsFrom::venue);
  for (const char* line : {"    tape:", "    begin:", "    latenessMs:", "        seenAs:", "        bars:", "        from:"})
    CHECK(section_error(without_line(text, line)).find("is missing") != std::string::npos);
  CHECK(section_error(changed(text, "product: BTC-USD ", "product: XRP-USD ")).find("there is no product 'XRP-USD'") !=
        std::string::npos);
  CHECK(section_error(changed(text, "bars: 1m", "bars: 7m")).find("bars") != std::string::npos);
  CHECK(section_error(changed(text, "from: venue", "from: depth")).find("'depth' is not one of venue, trades, quotes") !=
        std::string::npos);
  CHECK(section_error(changed(text, "feed: binance", "feed: b@d")).find("must be letters") != std::string::npos);
  const std::string one = text.substr(text.find("  - feed"));
  CHECK(section_error(text + one).find("has bars of a feed already") != std::string::npos);
  const std::string two = text + changed(changed(one, "feed: binance", "feed: other"), "product: BTC-USD ", "product: EUR-USD ");
  CHECK(section_error(two).find("on clock: bars one tape says what time it is") != std::string::npos);
}

TEST_CASE("The documented paper settings are those without the section, and each is held within its bounds") {
  const std::string text = example_of("scoreboard.md", "paper:");
  const PaperSettings standard, read = with(text).paper;
  CHECK(read.capital == standard.capital);
  CHECK(read.risk_fraction == standard.risk_fraction);
  CHECK(read.leverage_max == standard.leverage_max);
  CHECK(read.zone == standard.zone);
  CHECK(read.periods_per_year == standard.periods_per_year);
  CHECK(read.prior_days == standard.prior_days);
  CHECK(read.weight_floor == standard.weight_floor);
  CHECK(read.weight_cap == standard.weight_cap);
  CHECK(read.weight_change == standard.weight_change);
  CHECK(section_error(changed(text, "capital: 100000", "capital: 0")).find("paper.capital: must be at least 1") !=
        std::string::npos);
  CHECK(section_error(changed(text, "Europe/Oslo", "Europe/Olso")).find("paper.zone") != std::string::npos);
  CHECK(section_error(changed(text, "weightFloor: 0.02", "weightFloor: 0.5")).find("paper.weightFloor") != std::string::npos);
  CHECK(section_error(changed(text, "priorDays: 60", "priorDays: -1")).find("paper.priorDays") != std::string::npos);
}

TEST_CASE("The documented indicators are read, and a wrong one is refused with its place") {
  const std::string text = example_of("tables.md", "indicators:");
  const Profile profile = with(text);
  REQUIRE(profile.indicators.size() == 1);
  CHECK(profile.indicators[0].specs == std::vector<std::string>{"ema(30)", "macd(12,26,9)"});
  CHECK(section_error(changed(text, "ema(30)", "emma(30)")).find("did you mean 'ema'") != std::string::npos);
  CHECK(section_error(changed(text, "\"macd(12,26,9)\"", "ema(30)")).find("column ema_30 is there twice") != std::string::npos);
  CHECK(section_error(changed(text, "bars: 1m", "bars: soon")).find("indicators[0].bars") != std::string::npos);
}
