#include <boost/json.hpp>

#include "actors/host/live/time_authority.hpp"
#include "app/commands/submit.hpp"
#include "app/control_client.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

// Of a node at rest time stands still: it is that of the newest entry.
json::object at_rest(const CommandLine& line) {
  const OpenedJournal opened = open_journal(line.where);
  const Offset end = opened.journal->committed(opened.account);
  const Time now = end > 0 ? opened.journal->read(opened.account, end, 1).at(0)->at : Time{};
  return {{"mode", "at_rest"}, {"now", now.ns}, {"offset_ns", now.ns - wall_clock().ns}};
}

std::string seconds_text(std::int64_t ns) {
  const std::string digits = std::to_string(std::abs(ns) % ns_per_s / ns_per_ms + 1'000).substr(1);
  return (ns < 0 ? "-" : "") + std::to_string(std::abs(ns) / ns_per_s) + "." + digits + " s";
}

void time(const CommandLine& line) {
  auto client = ControlClient::connect(data_directory(line.where).socket());
  if (client) client->about(line.where.account);
  json::object said = client ? client->ask({{"op", "time"}}) : at_rest(line);
  said.erase("ok");
  const Time now{said.at("now").to_number<std::int64_t>()};
  said["now"] = exact_iso_time(now);
  said["now_ns"] = now.ns;
  Table table({{"TIME"}, {""}});
  table.row({"mode", std::string(said.at("mode").as_string())});
  table.row({"now", exact_iso_time(now)});
  table.row({"offset to the system's clock", seconds_text(said.at("offset_ns").to_number<std::int64_t>())});
  for (const auto& [key, name] : {std::pair{"sleeps", "sleeps noticed"}, {"steps_forward", "clock set forward"}, {"steps_back", "clock set back"}})
    if (const json::value* count = said.if_contains(key)) table.row({name, json::serialize(*count)});
  if (const json::value* slept = said.if_contains("slept_ns")) table.row({"asleep in all", seconds_text(slept->to_number<std::int64_t>())});
  print(line, said, table);
}

}  // namespace

void add_time_command(Command app, CommandLine& line) {
  Command command = add_account_command(app, "time", "The time authority: mode, now, and how far that is from the system's clock", line);
  command.callback([&line] { time(line); });
}

}  // namespace tally
