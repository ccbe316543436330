// What a node is told before it starts: one YAML file, cfg/default.yaml being the documented one.
//
// Every key must be there and every key must be known. What is not wanted is said: a limit `none` is not set, and a limit that
// is not set denies the openings it would have judged. Configuration then enters the shards as events with their content.
#pragma once

#include <filesystem>
#include <vector>

#include "actors/host/live/node.hpp"
#include "app/feeds/feed_setting.hpp"
#include "app/indicator_tables/indicator_setting.hpp"
#include "app/paper/paper_settings.hpp"
#include "app/strategies/strategy_setting.hpp"
#include "app/yaml_section.hpp"
#include "messages/venue.hpp"

namespace tally {

// bars: time is what the bars say, driven by whoever feeds them. live: the machine's clock.
enum class ClockChoice : std::uint8_t { bars, live };
BOOST_DESCRIBE_ENUM(ClockChoice, bars, live)

struct StorageSettings {
  std::string data_directory;           // relative to where the program is started; --data goes before it
  std::uint64_t disk_reserve_mb = 512;  // below this, new commands are refused
  Offset snapshot_every = 4'096;        // entries
};
BOOST_DESCRIBE_STRUCT(StorageSettings, (), (data_directory, disk_reserve_mb, snapshot_every))

// Where live figures go. metrics: an HTTP endpoint for Prometheus.
enum class MonitoringExport : std::uint8_t { none, metrics };
BOOST_DESCRIBE_ENUM(MonitoringExport, none, metrics)

struct MonitoringSettings {
  MonitoringExport export_to = MonitoringExport::none;
  std::string listen;                   // HOST:PORT
  std::uint32_t top_symbols = 10;       // shown one by one
};

// Where the simulated venue is, if it is a process of its own (tally venue run); without an address it is a shard of the node.
struct VenueReach {
  std::string address;                        // HOST:PORT; empty: embedded
  bool unencrypted = false;                   // the operator's word that an address that is not of this machine may be spoken to in the clear
  bool cancel_on_disconnect = false;
  std::uint32_t orders_per_second_max = 200;  // what the last hop lets through, whatever was approved
  Money notional_per_second_max = Money::whole(100'000'000);
};

BOOST_DESCRIBE_STRUCT(SupervisionPolicy, (),
                      (attempts_max, backoff_ms, backoff_ms_max, restarts_max, window_ms, passivate_after_ms))

struct Profile {
  AccountConfigured account;
  ClockChoice clock = ClockChoice::bars;
  VenueConfigured venue;
  VenueReach venue_reach;
  std::vector<ProductDefined> products;   // as they stand in the file
  RiskLimits limits;
  SupervisionPolicy supervision;
  StorageSettings storage;
  MonitoringSettings monitoring;
  std::vector<StrategySetting> strategies;  // that tallyd runs
  std::vector<FeedSetting> feeds;           // that tallyd follows
  PaperSettings paper;
  std::vector<IndicatorSetting> indicators;
};

// Throws ProfileError: one line, file:line:column and what to do about it.
Profile read_profile(const std::filesystem::path& file);
Profile read_profile_text(const std::string& text, const std::string& name);

// The profile's own events, in the order in which they are submitted. Limits are not among them: they are a command.
std::vector<Message> account_configuration(const Profile& profile);
std::vector<Message> venue_configuration(const Profile& profile);

}  // namespace tally
