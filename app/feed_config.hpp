// What `tally feed run` is told: one YAML file, cfg/feeds/binance.yaml being the documented one. As in a profile, every key must be
// there and every key must be known.
#pragma once

#include <filesystem>

#include "actors/venues/binance/connection.hpp"
#include "persistence/tape/tape_writer.hpp"

namespace tally {

struct RecordingSettings {
  std::string directory;                     // the tape's
  std::int64_t sync_ms = 10;                 // the most that a power cut may take
  std::uint64_t segment_mb = 64;
  std::uint64_t disk_reserve_mb = 512;
  std::optional<std::int64_t> compress_after_hours;
  std::optional<std::int64_t> keep_days;
  std::optional<std::uint64_t> keep_mb;
};
BOOST_DESCRIBE_STRUCT(RecordingSettings, (),
                      (directory, sync_ms, segment_mb, disk_reserve_mb, compress_after_hours, keep_days, keep_mb))

struct FeedConfig {
  VenueId venue;
  binance::Endpoints endpoints;
  std::vector<binance::ProductStreams> products;
  binance::FeedRules rules;
  RecordingSettings tape;

  TapeOptions tape_options() const;
};

// Throws ProfileError: one line, file:line:column and what to do about it.
FeedConfig read_feed_config(const std::filesystem::path& file);

}  // namespace tally
