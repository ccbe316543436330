// tally tape: the market data tape as its own program would see it (docs/formats/tape.md). Needs no account.
#include <charconv>
#include <chrono>
#include <iostream>
#include <map>
#include <thread>

#include "actors/host/live/time_authority.hpp"
#include "app/commands/counters.hpp"
#include "app/commands/parsed.hpp"
#include "app/commands/tape_commands.hpp"
#include "app/commands/tape_options.hpp"
#include "app/market/recording.hpp"
#include "app/stop_signal.hpp"
#include "app/text_lines.hpp"
#include "app/time_text.hpp"
#include "messages/catalog.hpp"
#include "messages/json.hpp"
#include "messages/stored.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "persistence/tape/tape_survey.hpp"

namespace tally {
namespace {

namespace json = boost::json;

// ---- stat and verify

json::object shown(const SegmentSurvey& segment) {
  json::object row{{"file", segment.file.path.filename().string()},
                   {"first", segment.file.first},
                   {"last", segment.last},
                   {"records", segment.records},
                   {"bytes", segment.bytes},
                   {"from", segment.began_at.ns},
                   {"to", segment.last_at.ns},
                   {"compressed", segment.file.compressed},
                   {"sealed", segment.sealed},
                   {"damage", nullptr}};
  if (const auto& damage = segment.damage)
    row["damage"] = json::object{{"offset", damage->offset}, {"position", damage->position}, {"why", damage->why}};
  return row;
}

void survey(const CommandLine& line, const TapeWords& words, bool every_record) {
  const TapeSurvey found = survey_tape(words.tape, every_record);
  Table table({{"SEGMENT"}, {"FIRST", true}, {"LAST", true}, {"RECORDS", true}, {"BYTES", true}, {"FROM"}, {"TO"}, {"STATE"}});
  json::array segments;
  Offset expected = 0;
  std::uint64_t missing = 0;
  for (const SegmentSurvey& segment : found.segments) {
    if (expected != 0 && segment.file.first > expected) missing += segment.file.first - expected;
    expected = segment.last + 1;
    const char* const whole = segment.file.compressed ? "compressed" : segment.sealed ? "sealed" : "open";
    table.row({segment.file.path.filename().string(), std::to_string(segment.file.first), std::to_string(segment.last),
               std::to_string(segment.records), std::to_string(segment.bytes), iso_time(segment.began_at),
               iso_time(segment.last_at), segment.damage ? "DAMAGED" : whole});
    segments.push_back(shown(segment));
  }
  const json::object out{{"records", found.records()}, {"bytes", found.bytes()},     {"synced", found.synced},
                         {"written", found.written},   {"missing_offsets", missing}, {"sound", found.first_damage() == nullptr},
                         {"segments", std::move(segments)}};
  print(line, out, table);
  if (!line.json) {
    std::cout << '\n' << found.records() << " records in " << found.segments.size() << " segments, " << found.bytes()
              << " bytes; synced to " << found.synced << (found.written ? "; being written" : "") << '\n';
    if (missing > 0)
      std::cout << missing << " offsets between segments are not there: left out after an end that was not in order\n";
  }
  if (const TapeDamage* damage = found.first_damage()) throw CommandFailed(exit_differs, damage->text());
}

// ---- read

// An offset or a time.
struct Place {
  std::optional<Offset> offset;
  std::optional<Time> time;
};

Place place_of(const std::string& text, const char* option) {
  if (text.empty()) return {};
  Offset offset = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (error == std::errc() && end == text.data() + text.size()) return {offset, {}};
  try {
    return {{}, time_of_iso(text)};
  } catch (const TimeError& wrong) {
    throw CommandFailed(exit_usage, std::string(option) + ": '" + text + "' is no offset, and as a time: " + wrong.what());
  }
}

struct ReadAsked {
  TapeWords words;
  std::string from, to, topic, product;
  std::uint64_t count = 0;
  bool follow = false, skip_damaged = false;
};

std::string product_of(const Message& message) {
  return std::visit(
      []<class M>(const M& body) -> std::string {
        if constexpr (requires { body.product; }) return std::string(body.product.text());
        else if constexpr (requires { body.underlying; }) return field_text(body.underlying);
        else return {};
      },
      message);
}

class ReadTape {
 public:
  explicit ReadTape(const ReadAsked& asked) : asked_(asked), to_(place_of(asked.to, "--to")), reader_(asked.words.tape) {
    const Place from = place_of(asked.from, "--from");
    if (from.offset) reader_.seek(*from.offset);
    if (from.time) reader_.seek(*from.time);
  }

  void print() {
    const StopSignal stop;
    while (!stop.asked() && std::cout) {
      bool there = false;
      try {
        there = reader_.next();
      } catch (const TapeDamaged& damaged) {
        if (!asked_.skip_damaged) throw;
        print_json(json::object{{"damaged", damaged.damage.file.filename().string()}, {"offset", damaged.damage.offset},
                                {"position", damaged.damage.position}, {"why", damaged.damage.why}});
        damage_ = damaged.damage.text();
        reader_.skip_damage();
        continue;
      }
      if (there) {
        if (!print_record()) break;
        continue;
      }
      if (!asked_.follow) break;
      std::cout.flush();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::cout.flush();
    if (!damage_.empty()) throw CommandFailed(exit_differs, damage_);
  }

 private:
  // False where there is nothing more to be printed.
  bool print_record() {
    const tape_format::Record& record = reader_.record();
    if ((to_.offset && record.offset > *to_.offset) || (to_.time && record.at > *to_.time)) return false;
    if (const auto& missing = reader_.missing())
      print_json(json::object{{"missing_from", missing->from}, {"missing_to", missing->to}});
    const CatalogRow* row = find_type(record.number);
    const std::string_view topic = row ? row->about.topic : "opaque";
    if (!asked_.topic.empty() && topic != asked_.topic) return true;
    const Message message = message_of(record);
    if (!asked_.product.empty() && product_of(message) != asked_.product) return true;
    print_json(json::object{{"offset", record.offset}, {"at", record.at.ns}, {"topic", topic}, {"body", to_json(message)}});
    return asked_.count == 0 || ++printed_ < asked_.count;
  }

  const ReadAsked& asked_;
  Place to_;
  TapeReader reader_;
  std::uint64_t printed_ = 0;
  std::string damage_;
};

// ---- record

struct RecordAsked {
  TapeWords words;
  std::string venue = "recorded", timeframe = "1m", zone = "America/New_York";
  std::vector<std::string> ticks, depth, bars, options, universes, prices;
};

struct NamedFile {
  std::string name, file;
};

NamedFile named_file(const std::string& text, const char* option) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw CommandFailed(exit_usage, std::string(option) + ": '" + text + "' is not NAME=FILE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<Recording> recordings_of(const RecordAsked& asked) {
  const auto venue = parsed<VenueId>(asked.venue, "--venue");
  std::vector<Recording> all;
  const auto each = [&](const std::vector<std::string>& texts, const char* option, auto&& open) {
    for (const std::string& text : texts) {
      const NamedFile named = named_file(text, option);
      open(named.file, parsed<ProductId>(named.name, option));
    }
  };
  each(asked.ticks, "--ticks", [&](auto& file, ProductId product) { all.push_back(tick_recording(file, venue, product)); });
  each(asked.depth, "--depth", [&](auto& file, ProductId product) { all.push_back(depth_recording(file, venue, product)); });
  each(asked.bars, "--bars", [&](auto& file, ProductId product) {
    for (Recording& one : bar_recordings(file, venue, product, asked.timeframe)) all.push_back(std::move(one));
  });
  each(asked.options, "--options", [&](auto& file, ProductId product) { all.push_back(option_recording(file, venue, product)); });
  std::map<ProductId, std::string> prices;
  each(asked.prices, "--underlying-prices", [&](auto& file, ProductId product) { prices[product] = file; });
  each(asked.universes, "--universe", [&](auto& file, ProductId product) {
    all.push_back(universe_recording(file, prices[product], venue, product, asked.zone));
  });
  if (all.empty())
    throw CommandFailed(exit_usage, "nothing to record: --ticks, --depth, --bars, --options or --universe NAME=FILE");
  return all;
}

void record(const CommandLine& line, const RecordAsked& asked) {
  const TapeOptions options = options_of(asked.words);
  const Recording messages = merged(recordings_of(asked));
  const StopSignal stop;
  const auto began = std::chrono::steady_clock::now();
  TapeWriter writer(asked.words.tape, options);
  print_opening(writer.opening());
  const Offset before = writer.end();
  std::map<std::string_view, std::uint64_t> types;
  std::string refused;
  try {
    while (!stop.asked()) {
      const auto message = messages();
      if (!message) break;
      writer.wait_for_room();
      if (!writer.append(*message, received_at(*message))) {
        check_disk(writer);
        refused = "the disk's reserve of " + std::to_string(asked.words.reserve_mb) + " MB is reached: not all was recorded";
        break;
      }
      ++types[row_of(*message).name];
    }
  } catch (...) {
    writer.close();  // what was read before stands
    throw;
  }
  writer.close();
  check_disk(writer);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const TapeCounters counters = writer.counters();
  Table table({{"RECORDED"}, {"COUNT", true}});
  json::object counts;
  for (const auto& [name, count] : types) {
    table.row({std::string(name), std::to_string(count)});
    counts[name] = count;
  }
  print(line, json::object{{"first", before + 1}, {"last", writer.end()}, {"types", std::move(counts)}, {"seconds", seconds},
                           {"stopped", stop.asked()}, {"tape", json_of_counters(counters)}}, table);
  if (!line.json)
    std::cout << '\n' << counters.records << " records, " << counters.bytes << " bytes, offsets " << before + 1 << " to "
              << writer.end() << (stop.asked() ? "; stopped before the end" : "") << '\n';
  if (!refused.empty()) throw CommandFailed(exit_refused, refused);
}

// ---- keep

void keep(const CommandLine& line, const TapeWords& words) {
  const TapeRetention retention = retention_of(words);
  require_tape(words.tape);
  if (survey_tape(words.tape, false).written) throw TapeHeld(words.tape + " is being written: its writer keeps it");
  const KeepReport report = keep_tape(words.tape, retention, wall_clock(), [] { return true; });
  Table table({{"COMPRESSED", true}, {"REMOVED", true}});
  table.row({std::to_string(report.compressed), std::to_string(report.removed)});
  print(line, json::object{{"compressed", report.compressed}, {"removed", report.removed}, {"trouble", report.trouble}}, table);
  if (!report.trouble.empty()) throw CommandFailed(exit_failed, report.trouble);
}

template <class Act>
void on_tape(Command command, Act act) {
  command.callback([act] { with_tape(act); });
}

Command add_tape_command(Command group, const char* name, const char* what) { return group.add_subcommand(name, what); }

void add_read(Command group) {
  Command command = add_tape_command(group, "read", "Print records as JSON lines: offset, at (ns), topic and body");
  const auto asked = std::make_shared<ReadAsked>();
  add_tape_option(command, asked->words);
  command.add_option("--from", asked->from, "Begin at this offset or time, e.g. 1000 or 2024-08-08T23:55:00Z (default: 1)");
  command.add_option("--to", asked->to, "End with this offset or time (default: what is there)");
  command.add_option("--count", asked->count, "At most so many (default: 0, all)");
  command.add_option("--topic", asked->topic, "Only this one, e.g. md.tick");
  command.add_option("--product", asked->product, "Only of this product or underlying");
  command.add_flag("--follow", asked->follow, "Wait for more at the live end");
  command.add_flag("--skip-damaged", asked->skip_damaged, "Go on behind damage, which is printed in its place");
  on_tape(command, [asked] { ReadTape(*asked).print(); });
}

void add_record(Command group, CommandLine& line) {
  Command command = add_tape_command(group, "record", "Record files (docs/market-data.md), merged by the time they were received");
  const auto asked = std::make_shared<RecordAsked>();
  add_tape_option(command, asked->words);
  command.add_option("--venue", asked->venue, "Who said it (default: recorded)");
  command.add_option("--ticks", asked->ticks, "PRODUCT=FILE of trades or quotes");
  command.add_option("--depth", asked->depth, "PRODUCT=FILE of depth updates and snapshots, trades and book tickers");
  command.add_option("--bars", asked->bars, "PRODUCT=FILE of bars of trades or quotes");
  command.add_option("--timeframe", asked->timeframe, "What these bars are, e.g. 1m, 1h, 1d (default: 1m)");
  command.add_option("--options", asked->options, "UNDERLYING=FILE of minute quotes, minute trades or open interest");
  command.add_option("--universe", asked->universes, "UNDERLYING=FILE of option chains by date");
  command.add_option("--underlying-prices", asked->prices, "UNDERLYING=FILE with file_date and close, for --universe");
  command.add_option("--zone", asked->zone, "Whose days a universe's dates are (default: America/New_York)");
  add_writing_options(command, asked->words);
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  on_tape(command, [asked, &line] {
    try {
      record(line, *asked);
    } catch (const TextFileError& error) {
      throw CommandFailed(exit_usage, error.what());
    }
  });
}

}  // namespace

void add_tape_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "tape", "Market data as it was seen: record it, read it, follow it, check it");
  for (const bool every_record : {false, true}) {
    Command command = add_tape_command(group, every_record ? "verify" : "stat",
                                         every_record ? "Read and check every record; exit 0 sound, 6 damaged (names the place)"
                                                      : "What is in it, segment by segment");
    const auto words = std::make_shared<TapeWords>();
    add_tape_option(command, *words);
    command.add_flag("--json", line.json, "Print JSON instead of a table");
    on_tape(command, [words, every_record, &line] { survey(line, *words, every_record); });
  }
  add_read(group);
  add_record(group, line);
  Command command = add_tape_command(group, "keep", "Compress and remove old segments of a tape that nobody writes");
  const auto words = std::make_shared<TapeWords>();
  add_tape_option(command, *words);
  add_retention_options(command, *words);
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  on_tape(command, [words, &line] { keep(line, *words); });
}

}  // namespace tally
