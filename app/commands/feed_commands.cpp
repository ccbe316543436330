// tally feed: a live feed on a tape, and what it is like, which needs no account; and the tapes that a node follows.
#include <chrono>
#include <iostream>
#include <random>

#include "actors/host/live/time_authority.hpp"
#include "app/commands/counters.hpp"
#include "app/commands/feed_commands.hpp"
#include "app/commands/tape_options.hpp"
#include "app/control_client.hpp"
#include "app/feed_config.hpp"
#include "app/node_access.hpp"
#include "app/stop_signal.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using binance::Feed;

struct FeedAsked {
  std::string config, tape, last_for, every = "10s";
};

template <class E>
const char* name_of(E value) {
  return boost::describe::enum_to_string(value, "");
}

json::object json_of(const Feed& feed, std::size_t product) {
  const market::DepthFeed& book = feed.book(product);
  const auto mid = book.mid(feed.products()[product].product, "");
  json::object out{{"product", feed.products()[product].product.text()}};
  if (feed.products()[product].depth) {
    out["book"] = name_of(book.state());
    out["mid"] = mid.state == BookState::two_sided ? json::value(mid.mid.text()) : json::value();
    out["update_id"] = book.last_update_id();
    out["depth"] = json_of_counters(book.counters());
  }
  out["ticks"] = json_of_counters(feed.ticks(product).counters());
  return out;
}

json::object json_of(const Feed& feed, const TapeWriter& tape, Time now) {
  json::array products;
  for (std::size_t i = 0; i < feed.products().size(); ++i) products.push_back(json_of(feed, i));
  return {{"at", now.ns},
          {"link", name_of(feed.link())},
          {"stale_streams", feed.stale_streams()},
          {"feed", json_of_counters(feed.counters())},
          {"products", std::move(products)},
          {"tape", json_of_counters(tape.counters())}};
}

void print_line(const Feed& feed, const TapeWriter& tape, Time now) {
  const auto& seen = feed.counters();
  std::size_t books = 0, synchronized = 0;
  for (std::size_t i = 0; i < feed.products().size(); ++i) {
    books += feed.products()[i].depth;
    synchronized += feed.book(i).state() == market::FeedState::synchronized;
  }
  std::cout << iso_time(now) << "  " << name_of(feed.link()) << ", " << synchronized << " of " << books << " books whole, "
            << seen.messages << " messages, " << seen.gaps << " gaps, " << (seen.connects > 0 ? seen.connects - 1 : 0)
            << " reconnects, " << feed.stale_streams() << " streams stale; tape at " << tape.end() << '\n'
            << std::flush;
}

void print_tables(const Feed& feed, const TapeWriter& tape) {
  Table counters({{"COUNTER"}, {"VALUE", true}});
  add_rows(counters, feed.counters());
  counters.print(std::cout, on_terminal());
  for (std::size_t i = 0; i < feed.products().size(); ++i) {
    Table of({{std::string(feed.products()[i].product.text())}, {"VALUE", true}});
    if (feed.products()[i].depth) add_rows(of, feed.book(i).counters());
    add_rows(of, feed.ticks(i).counters());
    if (of.empty()) continue;
    std::cout << '\n';
    of.print(std::cout, on_terminal());
  }
  std::cout << '\n';
  Table of_tape({{"TAPE"}, {"VALUE", true}});
  add_rows(of_tape, tape.counters());
  of_tape.print(std::cout, on_terminal());
}

// What somebody should look at, on standard error.
void alarm(const FeedReported& report) {
  const bool wanted = report.event == FeedEvent::stale || report.event == FeedEvent::resumed || report.event == FeedEvent::gap;
  if (!wanted) return;
  std::cerr << "tally: " << report.product.text() << ' ' << report.stream << ": " << name_of(report.event);
  if (report.count > 0) std::cerr << ", " << report.count << " missing";
  if (!report.detail.empty()) std::cerr << ", " << report.detail;
  std::cerr << '\n';
}

void run(const CommandLine& line, const FeedAsked& asked) {
  const FeedConfig config = [&] {
    try {
      return read_feed_config(asked.config);
    } catch (const std::runtime_error& error) {
      throw CommandFailed(exit_usage, error.what());
    }
  }();
  const std::int64_t every = age_of(asked.every, "--every");
  const auto last_for = asked.last_for.empty() ? std::nullopt : std::optional(age_of(asked.last_for, "--for"));
  const StopSignal stop;
  TimeAuthority clock(TimeAuthority::Mode::live);
  TapeWriter tape(asked.tape.empty() ? config.tape.directory : asked.tape, config.tape_options());
  print_opening(tape.opening());
  Feed feed(config.venue, config.products, config.rules, std::random_device{}());
  const Time began = clock.now();
  Time next_line = began + every;

  binance::Surroundings around;
  around.now = [&] { return clock.now(); };
  around.stop = [&] { return stop.asked() || !tape.failure().empty() || (last_for && clock.now() - began >= *last_for); };
  around.publish = [&](const Message& message, Time now) {
    tape.append(message, now);  // what it refuses it counts, and marks
    if (const auto* report = std::get_if<FeedReported>(&message)) alarm(*report);
  };
  around.tick = [&](Time now) {
    if (every == 0 || now < next_line) return;
    next_line = now + every;
    line.json ? print_json(json_of(feed, tape, now)) : print_line(feed, tape, now);
    std::cout.flush();
  };
  binance::run_feed(feed, config.endpoints, around);
  tape.close();
  check_disk(tape);
  if (line.json) print_json(json_of(feed, tape, clock.now()));
  else print_tables(feed, tape);
  if (feed.counters().connects == 0)
    throw CommandFailed(exit_failed, "no connection to " + config.endpoints.stream_host + " was made");
}

std::string seconds_text(const json::object& row, const char* key) {
  const json::value* ns = row.if_contains(key);
  if (!ns) return "-";
  const std::int64_t ms = ns->to_number<std::int64_t>() / ns_per_ms;
  const std::string digits = std::to_string(1'000 + ms % 1'000).substr(1);
  return std::to_string(ms / 1'000) + '.' + digits;
}

// What a node follows.
void status(const CommandLine& line) {
  auto node = ControlClient::connect(data_directory(line.where).socket());
  if (!node) throw CommandFailed(exit_not_found, "no node runs on this data directory: feeds are followed by tallyd");
  node->about(line.where.account);
  const json::object said = node->ask({{"op", "feeds"}});
  Table table({{"FEED"},
               {"STATE"},
               {"OFFSET", true},
               {"PRODUCT"},
               {"SEEN AS"},
               {"BARS"},
               {"SHOWN", true},
               {"NEWEST"},
               {"DELAY s", true},
               {"LONGEST s", true},
               {"IN 5 s", true}});
  std::string trouble;
  for (const json::value& value : said.at("feeds").as_array()) {
    const json::object& feed = value.as_object();
    if (!feed.at("trouble").as_string().empty())
      trouble = std::string(feed.at("feed").as_string()) + ": " + std::string(feed.at("trouble").as_string());
    for (const json::value& one : feed.at("products").as_array()) {
      const json::object& row = one.as_object();
      const auto text = [&](const json::object& of, const char* key) { return std::string(of.at(key).as_string()); };
      const auto count = [&](const char* key) {
        return row.contains(key) ? std::to_string(row.at(key).to_number<std::uint64_t>()) : "0";
      };
      const json::value* newest = row.if_contains("newest");
      table.row({text(feed, "feed"), text(feed, "state"), std::to_string(feed.at("offset").to_number<std::uint64_t>()),
                 text(row, "product"), text(row, "seen_as"), text(row, "bars") + " of " + text(row, "from"), count("shown"),
                 newest ? iso_time(Time{newest->to_number<std::int64_t>()}) : "-", seconds_text(row, "delay_ns"),
                 seconds_text(row, "longest_delay_ns"), count("within_5s")});
    }
  }
  print(line, said.at("feeds"), table);
  if (!trouble.empty()) throw CommandFailed(exit_failed, "feed " + trouble);
}

}  // namespace

void add_feed_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "feed", "Live market data (docs/market-data.md)");
  Command command = group.add_subcommand("run", "Record a venue's public market data on a tape, until Ctrl-C");
  const auto asked = std::make_shared<FeedAsked>();
  command.add_option("--config", asked->config, "The feed's YAML file, e.g. cfg/feeds/binance.yaml").required();
  command.add_option("--tape", asked->tape, "The tape's directory (default: the configuration's)");
  command.add_option("--for", asked->last_for, "Stop after so long, e.g. 10m (default: on Ctrl-C)");
  command.add_option("--every", asked->every, "Print what it is like so often; 0s: only in the end (default: 10s)");
  command.add_flag("--json", line.json, "One JSON object a time instead of lines and tables");
  command.callback([asked, &line] { with_tape([&] { run(line, *asked); }); });
  add_account_command(group, "status", "The tapes that a node follows: how far it is, and how late final bars are judged", line)
      .callback([&line] { status(line); });
}

}  // namespace tally
