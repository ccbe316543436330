#include "app/drill/node_log.hpp"

#include <cstdio>
#include <ctime>
#include <optional>
#include <sstream>

namespace tally::drill {
namespace {

// "[2026-11-21 23:24:41.627] ...", of the machine's own time zone, as spdlog writes it.
std::optional<std::int64_t> wall_ms_of(const std::string& line) {
  std::tm parts{};
  int ms = 0;
  if (std::sscanf(line.c_str(), "[%d-%d-%d %d:%d:%d.%d]", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec, &ms) != 7)
    return std::nullopt;
  parts.tm_year -= 1'900;
  parts.tm_mon -= 1;
  parts.tm_isdst = -1;
  const std::time_t seconds = std::mktime(&parts);
  return static_cast<std::int64_t>(seconds) * 1'000 + ms;
}

}  // namespace

std::vector<LogSeen> log_seen(const std::string& node, const std::string& text, std::int64_t began_wall_ms) {
  std::vector<LogSeen> seen;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto at = wall_ms_of(line);
    if (!at) continue;
    LogSeen one{*at - began_wall_ms, node, LogSeen::What::peer_lost, 0};
    unsigned long long term = 0;
    long long took = 0;
    if (const auto hosted = line.find(": hosted in term "); hosted != std::string::npos) {
      if (std::sscanf(line.c_str() + hosted, ": hosted in term %llu after %lld ms", &term, &took) != 2) continue;
      one.what = LogSeen::What::hosts;
      one.took = took;
    } else if (line.ends_with("this node leads")) {
      one.what = LogSeen::What::leads;
    } else if (!line.ends_with("is not reachable")) {
      continue;
    }
    seen.push_back(std::move(one));
  }
  return seen;
}

}  // namespace tally::drill
