#include <fstream>
#include <sstream>

#include "app/profile.hpp"
#include "app/risk_text.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

std::string default_text() {
  std::ifstream in(TALLY_SOURCE_DIR "/cfg/default.yaml");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    read_profile_text(text, "p.yaml");
  } catch (const ProfileError& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal_of(RiskLimits& limits, const std::string& assignment) {
  try {
    set_limit(limits, assignment);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("The profile that ships with the project is read, and says what its comments say") {
  const Profile profile = read_profile(TALLY_SOURCE_DIR "/cfg/default.yaml");
  REQUIRE(profile.account.account.text() == "demo");
  REQUIRE(profile.account.venue == profile.venue.venue);
  REQUIRE(profile.products.size() == 3);
  REQUIRE(profile.products[0].lot == Quantity::parse("0.001"));
  REQUIRE(profile.products[0].minimum_unit == profile.account.minimum_unit);
  REQUIRE(profile.products[0].mid_wait_ms == 5'000);
  REQUIRE(profile.limits.open_positions_max == 3);
  REQUIRE(profile.limits.reservation_ttl_ms == 300'000);
  REQUIRE(profile.venue.taker_fee == Ratio::parse("0.0004"));
  REQUIRE(profile.supervision.attempts_max == 3);
}

TEST_CASE("A profile with an error is refused with file, line and column, the key's path and what to do") {
  struct Row {
    const char* title;
    std::string from, to, error;
  };
  const Row rows[] = {
      {"misspelt key", "  windowMs: 0 ", "  windowsMs: 0 ", "p.yaml:43:3: netting.windowsMs is not a known key; did you mean windowMs?"},
      {"a key of the trading system's document, misspelt", "maxOpenPositions", "maxOpenPosition", "did you mean maxOpenPositions?"},
      {"unknown key", "clock: bars", "colour: red\nclock: bars", "p.yaml:12:1: colour is not a known key"},
      {"missing key", "  currency: USD\n", "", "p.yaml:7:3: account.currency is missing"},
      {"missing section", "dedupe:\n  ttlDays: 7\n", "", "dedupe is missing"},
      {"a key twice", "  currency: USD\n", "  currency: USD\n  currency: EUR\n", "p.yaml:9:3: account.currency stands there twice"},
      {"no decimal", "lot: 1000", "lot: a lot", "products[1].lot: 'a lot' is not a decimal number"},
      {"more digits than the scale holds", "lot: 1000", "lot: 0.0000000001", "products[1].lot: "},
      {"a lot of zero", "lot: 1000", "lot: 0", "products[1].lot: must be greater than zero"},
      {"a name with a blank", "venue: paper", "venue: my paper", "venue.venue: 'my paper': "},
      {"not one of the names", "fills: next_open", "fills: soon", "venue.fills: 'soon' is not one of next_open, same_close, next_close, high_low_path"},
      {"neither true nor false", "allowShort: true", "allowShort: perhaps", "tradepicker.allowShort: 'perhaps' is neither true nor false"},
      {"a list where a value belongs", "currency: USD", "currency: [USD]", "account.currency must be text"},
      {"a product twice", "product: EUR-USD", "product: BTC-USD", "products[1].product: 'BTC-USD' is defined twice"},
      {"a window that this build does not have", "ttlDays: 7", "ttlDays: 8", "dedupe.ttlDays: this build keeps keys hot for 7 days"},
      {"a share above one", "rejectProbability: 0", "rejectProbability: 1.5", "venue.rejectProbability: must be between 0 and 1"},
      {"negative milliseconds", "midWaitMs: 5000", "midWaitMs: -1", "netting.midWaitMs: must be at least 0"},
      {"an account named like a venue's shard", "account: demo", "account: venue/demo", "account.account: must not hold a '/'"},
      {"no YAML", "clock: bars", "clock: [bars", "p.yaml:"},
  };
  for (const Row& row : rows) {
    INFO(row.title);
    const std::string error = error_of(replaced(default_text(), row.from, row.to));
    CAPTURE(error);
    REQUIRE(error.rfind("p.yaml:", 0) == 0);
    REQUIRE(error.find(row.error) != std::string::npos);
    REQUIRE(error.find('\n') == std::string::npos);
  }
}

TEST_CASE("A limit that is not wanted is said to be none, and then is not set") {
  const Profile profile = read_profile_text(replaced(default_text(), "leverageMax: 5 ", "leverageMax: none "), "p.yaml");
  REQUIRE_FALSE(profile.limits.leverage_max);
  REQUIRE(profile.limits.position_max);
}

TEST_CASE("Every limit can be set by the name that risk show prints, and unknown names list the known ones") {
  RiskLimits limits;
  for (const auto& [name, value] : limits_as_text(read_profile(TALLY_SOURCE_DIR "/cfg/default.yaml").limits)) set_limit(limits, name + "=" + value);
  REQUIRE(limits_as_text(limits) == limits_as_text(read_profile(TALLY_SOURCE_DIR "/cfg/default.yaml").limits));
  set_limit(limits, "maxOpenPositions=none");
  REQUIRE_FALSE(limits.open_positions_max);
  REQUIRE(refusal_of(limits, "maxPositions=1").find("known are positionMax") != std::string::npos);
  REQUIRE(refusal_of(limits, "positionMax=-1") == "positionMax: '-1' is below zero");
  REQUIRE(refusal_of(limits, "positionMax") == "'positionMax' is not name=value");
}
