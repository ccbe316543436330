// tally replay: a recorded shard decided again, compared, and looked at on the way.
#include "app/commands/replay_command.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <iostream>

#include "actors/host/deterministic/verify.hpp"
#include "actors/programs.hpp"
#include "app/account_choice.hpp"
#include "app/commands/entry_out.hpp"
#include "app/commands/parsed.hpp"
#include "app/account_choice.hpp"
#include "app/node_access.hpp"
#include "app/replay/replay_player.hpp"
#include "app/shard_names.hpp"
#include "app/stop_signal.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct ReplayAsked {
  bool verify = true;
  Offset upto = 0;
  bool play = false, paused = false;
  std::string shard, from;
  std::int64_t speed = 0;
};

const Program& program_of(Symbol shard) { return is_venue_shard(shard) ? venue_program() : account_program(); }

std::string difference_text(Symbol shard, const ReplayDifference& first) {
  return std::string(shard.text()) + " differs at offset " + std::to_string(first.offset) + ", " + first.what + ": recorded [" +
         first.recorded + "], decided [" + first.decided + "]";
}

void verify_all(const CommandLine& line, Offset upto) {
  const OpenedJournal opened = open_whole_journal(line.where);
  if (line.where.account) chosen_account(accounts_in(*opened.journal), line.where.account);
  Table table({{"SHARD"}, {"CHECKED", true}, {"INPUTS", true}, {"DECISIONS", true}, {"VERDICT"}});
  json::array out;
  std::string difference;
  for (const Symbol shard : opened.journal->shards()) {
    if (!is_decided_shard(shard)) continue;  // strategies speak over bars: a restart reads those again
    if (line.where.account && shard.text() != *line.where.account) continue;
    const Offset end = opened.journal->committed(shard);
    const ReplayReport report = verify_replay(program_of(shard), *opened.journal, shard, upto == 0 ? end : std::min(upto, end));
    json::object row{{"shard", shard.text()},
                     {"checked", report.checked},
                     {"inputs", report.inputs},
                     {"decisions", report.decisions},
                     {"equal", report.equal()}};
    if (report.first) {
      row["offset"] = report.first->offset;
      row["what"] = report.first->what;
      row["recorded"] = report.first->recorded;
      row["decided"] = report.first->decided;
      if (difference.empty()) difference = difference_text(shard, *report.first);
    }
    table.row({std::string(shard.text()), std::to_string(report.checked), std::to_string(report.inputs),
               std::to_string(report.decisions),
               report.equal() ? "equal" : "DIFFERS at " + std::to_string(report.first->offset)});
    out.push_back(std::move(row));
  }
  print(line, out, table);
  if (!difference.empty()) throw CommandFailed(exit_differs, difference);
}

// Lines of standard input, waited for no longer than is said.
class OrderLines {
 public:
  std::optional<std::string> next(std::optional<std::int64_t> wait_ns) {
    if (auto line = take()) return line;
    constexpr std::int64_t look_up_ms = 200;   // for Ctrl-C
    const std::int64_t ms = wait_ns ? std::min((*wait_ns + ns_per_ms - 1) / ns_per_ms, look_up_ms) : look_up_ms;
    pollfd input{ended_ ? -1 : STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, static_cast<int>(ms)) <= 0 || input.revents == 0) return std::nullopt;
    char bytes[4'096];
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0) text_.append(bytes, static_cast<std::size_t>(count));
    else ended_ = true;
    if (text_.size() > line_max && text_.find('\n') == std::string::npos)
      throw CommandFailed(exit_usage, "an order is longer than 4096 bytes");
    return take();
  }
  bool ended() const { return ended_ && text_.empty(); }

 private:
  static constexpr std::size_t line_max = 4'096;

  std::optional<std::string> take() {
    const std::size_t end = text_.find('\n');
    if (end == std::string::npos && !(ended_ && !text_.empty())) return std::nullopt;
    std::string line = text_.substr(0, end);
    text_.erase(0, end == std::string::npos ? end : end + 1);
    return line;
  }

  std::string text_;
  bool ended_ = false;
};

Offset first_offset(const ReplayAsked& asked, const Journal& journal, Symbol shard, Offset end) {
  if (asked.from.empty()) return 1;
  Offset offset = 0;
  const auto [last, error] = std::from_chars(asked.from.data(), asked.from.data() + asked.from.size(), offset);
  if (error == std::errc() && last == asked.from.data() + asked.from.size()) return offset;
  try {
    return offset_of_moment(journal, shard, end, time_of_iso(asked.from));
  } catch (const TimeError& wrong) {
    throw CommandFailed(exit_usage, "--from: '" + asked.from + "' is no offset, and as a time: " + wrong.what());
  }
}

void play_record(const CommandLine& line, const ReplayAsked& asked) {
  const OpenedJournal opened = asked.shard.empty() ? open_journal(line.where) : open_whole_journal(line.where);
  const Symbol shard = asked.shard.empty() ? opened.account : parsed<Symbol>(asked.shard, "--shard");
  const auto shards = opened.journal->shards();
  if (std::find(shards.begin(), shards.end(), shard) == shards.end() || !is_decided_shard(shard))
    throw CommandFailed(exit_not_found, "no shard '" + std::string(shard.text()) + "' that could be decided again");
  const Offset committed = opened.journal->committed(shard);
  const Offset end = asked.upto == 0 ? committed : std::min(asked.upto, committed);
  const Offset first = first_offset(asked, *opened.journal, shard, end);
  if (first > end + 1) throw CommandFailed(exit_not_found, "--from: the record ends with " + std::to_string(end));

  const StopSignal stop;
  OrderLines orders;
  ReplaySession session(program_of(shard), *opened.journal, shard, end,
                        [&](const Entry& entry) { print_entry(line, entry, shard); });
  session.seek(first);
  ReplayPlayer::Surroundings around;
  around.now = [] {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  around.order = [&](std::optional<std::int64_t> wait) -> std::optional<std::string> {
    if (!wait || *wait > 0) std::cout.flush();
    if (stop.asked() || !std::cout) return "quit";
    return orders.next(wait);
  };
  around.over = [&] { return orders.ended(); };
  around.answer = [](const std::string& text) {
    std::cout.flush();
    std::cerr << "tally: " << text << '\n';
  };
  ReplayPlayer(session, *opened.journal, shard, end, ReplayPace(asked.speed, asked.paused), around).play();
  std::cout.flush();
  if (session.difference()) throw CommandFailed(exit_differs, difference_text(shard, *session.difference()));
}

}  // namespace

void add_replay_command(Command app, CommandLine& line) {
  Command command = add_account_command(
      app, "replay",
      "Decide every recorded input again and compare, byte for byte; exit 0 equal, 6 differs (names the first difference)", line);
  const auto asked = std::make_shared<ReplayAsked>();
  command.add_flag("--verify", asked->verify, "Compare with what was recorded (what replay does)");
  command.add_option("--upto", asked->upto, "Up to this entry (default: all)");
  command.add_flag(
      "--play", asked->play,
      "Print entries as they are decided again, and obey standard input: pause, resume, step N, seek OFFSET or TIME, speed N, "
      "state ENTITY, where, quit");
  command.add_option("--shard", asked->shard, "Of --play: which one (default: the account's)");
  command.add_option("--from", asked->from, "Of --play: begin at this offset or time");
  command.add_option("--speed", asked->speed, "Of --play: seconds of the record a second (default: 0, as fast as it goes)")
      .not_negative();
  command.add_flag("--paused", asked->paused, "Of --play: begin paused");
  command.callback([asked, &line] {
    const bool playing = !asked->shard.empty() || !asked->from.empty() || asked->speed > 0 || asked->paused;
    if (playing && !asked->play) throw CommandFailed(exit_usage, "--shard, --from, --speed and --paused go with --play");
    if (asked->play) play_record(line, *asked);
    else verify_all(line, asked->upto);
  });
}

}  // namespace tally
