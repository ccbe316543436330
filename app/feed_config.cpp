#include "app/feed_config.hpp"

#include "app/yaml_document.hpp"
#include "app/yaml_section.hpp"

namespace tally {
namespace {

template <class T>
T filled(YamlSection section) {
  T out;
  section.fill(out);
  section.finish();
  return out;
}

template <class Number>
void check_range(const YamlSection& section, const char* key, Number value, Number least, Number most) {
  if (value < least || value > most)
    section.refuse(key, "must be " + std::to_string(least) + " to " + std::to_string(most));
}

RecordingSettings read_tape(YamlSection section) {
  RecordingSettings tape;
  section.fill(tape);
  section.finish();
  check_range<std::int64_t>(section, "syncMs", tape.sync_ms, 0, 60'000);
  check_range<std::uint64_t>(section, "segmentMb", tape.segment_mb, 1, 4'096);
  check_range<std::uint64_t>(section, "diskReserveMb", tape.disk_reserve_mb, 0, 1 << 20);
  if (tape.compress_after_hours) check_range<std::int64_t>(section, "compressAfterHours", *tape.compress_after_hours, 0, 100'000);
  if (tape.keep_days) check_range<std::int64_t>(section, "keepDays", *tape.keep_days, 0, 100'000);
  if (tape.keep_mb) check_range<std::uint64_t>(section, "keepMb", *tape.keep_mb, 1, std::uint64_t{1} << 40);
  return tape;
}

FeedConfig config_of(YamlSection top) {
  FeedConfig config;
  config.venue = top.value<VenueId>("venue");
  config.endpoints = filled<binance::Endpoints>(top.section("endpoints"));
  for (YamlSection& product : top.list("products"))
    config.products.push_back(filled<binance::ProductStreams>(std::move(product)));
  config.rules = filled<binance::FeedRules>(top.section("rules"));
  config.tape = read_tape(top.section("tape"));
  top.finish();
  try {
    const binance::Feed tried(config.venue, config.products, config.rules, 0);
  } catch (const std::invalid_argument& error) {
    top.refuse("products", std::string("or rules make no feed: ") + error.what());
  }
  return config;
}

}  // namespace

TapeOptions FeedConfig::tape_options() const {
  TapeOptions options;
  options.sync_every_ns = tape.sync_ms * ns_per_ms;
  options.segment_bytes = tape.segment_mb << 20;
  options.disk_reserve_bytes = tape.disk_reserve_mb << 20;
  if (tape.compress_after_hours) options.retention.compress_after_ns = *tape.compress_after_hours * 3'600 * ns_per_s;
  if (tape.keep_days) options.retention.keep_ns = *tape.keep_days * ns_per_day;
  if (tape.keep_mb) options.retention.keep_bytes = *tape.keep_mb << 20;
  return options;
}

FeedConfig read_feed_config(const std::filesystem::path& file) {
  return config_of(YamlSection(file.string(), "", yaml_root(yaml_text_of(file), file.string())));
}

}  // namespace tally
