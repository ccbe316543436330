// Recorded or generated bars, played to a running node as a feed would bring them.
#include <boost/json.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "app/commands/submit.hpp"
#include "app/control_client.hpp"
#include "app/job/bar_moments.hpp"
#include "app/job/progress.hpp"
#include "app/profile.hpp"
#include "messages/json.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct PlayAsked {
  std::vector<std::string> bars;
  std::int64_t speed = 0;
  std::uint64_t count = 1'000'000;
};

volatile std::sig_atomic_t interrupted = 0;

json::array to_json_bars(const std::vector<BarObserved>& bars) {
  json::array out;
  for (const BarObserved& bar : bars) out.push_back(to_json(Message(bar)));
  return out;
}

void play(const CommandLine& line, const PlayAsked& asked) {
  auto node = ControlClient::connect(data_directory(line.where).socket());
  if (!node) throw CommandFailed(exit_not_found, "no node runs on this data directory: start tallyd");
  node->about(line.where.account);
  const Profile profile = read_profile(profile_file(line.where.profile, data_directory(line.where).path, line.where.account));
  if (profile.clock != ClockChoice::bars) throw CommandFailed(exit_usage, "the node's clock is the machine's: bars are played to clock: bars");
  const Time now{node->ask({{"op", "ping"}}).at("now").to_number<std::int64_t>()};
  const auto moments = job::moments_of(profile.products, asked.bars, asked.count);
  const auto first = std::find_if(moments.begin(), moments.end(), [&](const auto& moment) { return moment.front().closed_at > now; });
  std::signal(SIGINT, [](int) { interrupted = 1; });
  job::Progress progress(stderr, on_terminal(), static_cast<std::size_t>(moments.end() - first), "moments");
  std::size_t shown = 0, bars = 0;
  Time last = now;
  for (auto moment = first; moment != moments.end() && !interrupted; ++moment) {
    if (asked.speed > 0 && shown > 0)
      std::this_thread::sleep_for(std::chrono::nanoseconds((moment->front().closed_at - last) / asked.speed));
    last = moment->front().closed_at;
    node->ask({{"op", "show"}, {"source", "play:bar-close"}, {"bars", to_json_bars(*moment)}});
    bars += moment->size();
    progress.reached(++shown);
  }
  progress.finish();
  const auto skipped = static_cast<std::size_t>(first - moments.begin());
  Table table({{"PLAYED"}, {"", true}});
  table.row({"moments", std::to_string(shown)});
  table.row({"bars", std::to_string(bars)});
  table.row({"moments before the node's time, left out", std::to_string(skipped)});
  print(line, json::object{{"moments", shown}, {"bars", bars}, {"skipped", skipped}, {"interrupted", interrupted != 0}}, table);
}

}  // namespace

void add_play_command(Command app, CommandLine& line) {
  Command command = add_account_command(app, "play", "Play bars to a running node as a feed would bring them: the venue trades on them, strategies judge them", line);
  const auto asked = std::make_shared<PlayAsked>();
  command.add_option("--bars", asked->bars, "PRODUCT=FILE (CSV, plain or gzip) or PRODUCT=generate:COUNT:SEED; may be repeated").required();
  command.add_option("--speed", asked->speed, "Seconds of the bars a second: 60 shows a minute bar a second (default: as fast as the node takes them)")
      .not_negative();
  command.add_option("--count", asked->count, "At most so many bars of each product");
  command.callback([asked, &line] { play(line, *asked); });
}

}  // namespace tally
