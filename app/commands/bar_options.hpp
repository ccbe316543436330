// Words of the command line about bars, as their values. What is none of them ends the command with code 2.
#pragma once

#include <optional>
#include <string>

#include "actors/bars/timeframe.hpp"
#include "app/bar_rows.hpp"
#include "app/exit_code.hpp"

namespace tally {

inline std::optional<QuoteSide> side_of(const std::string& text) {
  if (text == "bid") return QuoteSide::bid;
  if (text == "ask") return QuoteSide::ask;
  if (text == "mid") return QuoteSide::middle;
  return std::nullopt;
}

// --to and --zone, which may be empty.
inline bars::Timeframe timeframe_of(const std::string& to, const std::string& zone) {
  try {
    return bars::Timeframe::parse(to, zone.empty() ? std::nullopt : std::optional(Zone(zone)));
  } catch (const ZoneError& error) {
    throw CommandFailed(exit_usage, std::string("--zone: ") + error.what());
  } catch (const bars::TimeframeError& error) {
    throw CommandFailed(exit_usage, std::string("--to: ") + error.what());
  }
}

// "30s", "5m" in ns.
inline std::int64_t length_option(const std::string& text, const char* option) {
  try {
    return bars::length_of(text);
  } catch (const bars::TimeframeError& error) {
    throw CommandFailed(exit_usage, std::string(option) + ": " + error.what());
  }
}

}  // namespace tally
