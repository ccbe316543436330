#include "app/commands/venue_commands.hpp"

#include <poll.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "app/job/bar_moments.hpp"
#include "app/job/progress.hpp"
#include "app/profile.hpp"
#include "app/stop_signal.hpp"
#include "app/venue/bar_shower.hpp"
#include "app/venue/venue_process.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct VenueAsked {
  std::string listen = "127.0.0.1:0";
  bool unencrypted = false;
  std::string to;
  std::vector<std::string> bars;
  std::int64_t speed = 0;
  std::uint64_t count = 1'000'000;
};

DataDirectory venue_directory(const CommandLine& line) {
  if (!line.where.data) throw CommandFailed(exit_usage, "--data DIR: a venue has a data directory of its own");
  return {*line.where.data};
}

std::filesystem::path profile_of_venue(const CommandLine& line) {
  try {
    return profile_file(line.where.profile, line.where.data);
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
}

Profile venue_profile(const CommandLine& line) {
  try {
    return read_profile(profile_of_venue(line));
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
}

void run(const CommandLine& line, const VenueAsked& asked) {
  const DataDirectory data = venue_directory(line);
  const StopSignal stop;
  const VenueProcess venue(data, venue_profile(line), asked.listen, asked.unencrypted);
  keep_profile(data, profile_of_venue(line));
  if (line.json) print_json(json::object{{"venue", venue.shard().text()}, {"address", venue.address()}, {"pid", ::getpid()}});
  else std::cout << venue.shard().text() << " listens on " << venue.address() << '\n';
  std::cout.flush();
  while (!stop.asked()) ::poll(nullptr, 0, 500);
}

std::string address_of(const CommandLine& line, const VenueAsked& asked) {
  if (!asked.to.empty()) return asked.to;
  const auto file = venue_address_file(venue_directory(line));
  if (!std::filesystem::exists(file))
    throw CommandFailed(exit_not_found, "no venue runs on this data directory: start tally venue run");
  return read_file(file);
}

void bars(const CommandLine& line, const VenueAsked& asked) {
  BarShower venue(address_of(line, asked));
  const auto moments = job::moments_of(venue_profile(line).products, asked.bars, asked.count);
  const StopSignal stop;
  job::Progress progress(stderr, on_terminal(), moments.size(), "moments");
  std::size_t shown = 0, count = 0;
  for (const job::Moment& moment : moments) {
    if (stop.asked()) break;
    if (shown > 0 && asked.speed > 0)
      std::this_thread::sleep_for(
          std::chrono::nanoseconds((moment.front().closed_at - moments[shown - 1].front().closed_at) / asked.speed));
    venue.show(moment, "bars:bar-close");
    count += moment.size();
    progress.reached(++shown);
  }
  progress.finish();
  Table table({{"SHOWN"}, {"", true}});
  table.row({"moments", std::to_string(shown)});
  table.row({"bars", std::to_string(count)});
  print(line, json::object{{"moments", shown}, {"bars", count}, {"interrupted", shown < moments.size()}}, table);
}

void audit(const CommandLine& line) {
  const VenueAudit audit = audit_of(venue_directory(line));
  if (line.json) {
    std::cout << to_json_text(audit) << '\n';
  } else {
    Table orders({{"ORDER"},
                  {"ACCOUNT"},
                  {"PRODUCT"},
                  {"SIDE"},
                  {"QUANTITY", true},
                  {"FILLED", true},
                  {"ANSWER"},
                  {"ARRIVED", true},
                  {"FENCED", true}});
    for (const AuditedOrder& order : audit.orders)
      orders.row({std::string(order.order.text()), std::string(order.account.text()), std::string(order.product.text()),
                  order.side == Side::buy ? "buy" : "sell", order.quantity.text(), order.filled.text(),
                  order.answer.empty() ? "never taken" : order.answer, std::to_string(order.arrivals),
                  std::to_string(order.fenced)});
    orders.print(std::cout, on_terminal());
    Table positions({{"ACCOUNT"}, {"PRODUCT"}, {"POSITION", true}});
    for (const AuditedPosition& position : audit.positions)
      positions.row({std::string(position.account.text()), std::string(position.product.text()), position.quantity.text()});
    std::cout << '\n';
    positions.print(std::cout, on_terminal());
    std::cout << '\n'
              << audit.orders.size() << " orders, " << audit.executions.size() << " executions, " << audit.arrived_again.size()
              << " orders that arrived more than once as new, " << audit.logins << " logins, " << audit.kicks
              << " of them ended another's session\n";
  }
  if (!audit.arrived_again.empty()) throw CommandFailed(exit_differs, "orders arrived more than once as new");
}

}  // namespace

void add_venue_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "venue", "A simulated venue as a process of its own, which accounts reach over a socket");
  const auto asked = std::make_shared<VenueAsked>();

  Command running =
      add_command(group, "run", "Run the venue of a profile until SIGTERM or Ctrl-C; its data directory is its own", line);
  running.add_option("--listen", asked->listen, "HOST:PORT; port 0 takes any, and <data>/address says which").shows_default();
  running.add_flag("--unencrypted-simulated", asked->unencrypted,
                   "Listen on an address that is not of this machine: in the clear, for whoever connects; simulated money only");
  running.callback([asked, &line] { run(line, *asked); });

  Command shown =
      add_command(group, "bars", "Show bars to a running venue: it trades on them and passes them on to the accounts", line);
  shown.add_option("--bars", asked->bars, "PRODUCT=FILE (CSV, plain or gzip) or PRODUCT=generate:COUNT:SEED; may be repeated")
      .required();
  shown.add_option("--to", asked->to, "HOST:PORT of the venue (default: that of --data)");
  shown
      .add_option("--speed", asked->speed,
                  "Seconds of the bars a second: 60 shows a minute bar a second (default: as fast as the venue takes them)")
      .not_negative();
  shown.add_option("--count", asked->count, "At most so many bars of each product");
  shown.callback([asked, &line] { bars(line, *asked); });

  Command audited = add_command(
      group, "audit", "What the venue knows by itself: orders, executions, positions, and what arrived more than once", line);
  audited.callback([&line] { audit(line); });
}

}  // namespace tally
