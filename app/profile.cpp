#include "app/profile.hpp"

#include <algorithm>

#include "app/feeds/read_feed_settings.hpp"
#include "app/indicator_tables/read_indicator_settings.hpp"
#include "app/line_socket.hpp"
#include "app/paper/read_paper_settings.hpp"
#include "app/shard_names.hpp"
#include "app/yaml_document.hpp"

namespace tally {
namespace {

constexpr std::int64_t dedupe_days = 7;  // the hot index of every entity that dedupes; the log keeps keys for ever

struct NettingSettings {
  std::int64_t window_ms = 0;
  std::int64_t mid_wait_ms = 0;
  std::int64_t mid_age_ms_max = 0;
};
BOOST_DESCRIBE_STRUCT(NettingSettings, (), (window_ms, mid_wait_ms, mid_age_ms_max))

// "0 <= value": what counts milliseconds or things is never negative.
void want_at_least(YamlSection& section, std::string_view key, std::int64_t value, std::int64_t least) {
  if (value < least) section.refuse(key, "must be at least " + std::to_string(least));
}

void read_account(YamlSection section, Profile& profile) {
  section.fill(profile.account, {"venue"});
  section.finish();
  if (profile.account.account.empty()) section.refuse("account", "must not be empty");
  if (profile.account.account.text().find('/') != std::string_view::npos) section.refuse("account", "must not hold a '/'");
  if (is_strategies_shard(profile.account.account.symbol())) section.refuse("account", "must not be 'strategies': so is the strategies' shard called");
  if (is_accounts_list(profile.account.account.symbol())) section.refuse("account", "must not be 'accounts': so is a cluster's list of accounts called");
  if (profile.account.currency.empty()) section.refuse("currency", "must not be empty");
  if (profile.account.minimum_unit <= Money{}) section.refuse("minimumUnit", "must be greater than zero");
  want_at_least(section, "reconcileEveryMs", profile.account.reconcile_every_ms, 0);
}

// All of it may be left out.
void read_venue_reach(YamlSection& section, VenueReach& reach) {
  const auto maybe = [&]<class T>(std::string_view key, T& value) {
    if (section.has(key)) value = section.value<T>(key);
  };
  maybe("address", reach.address);
  maybe("unencrypted", reach.unencrypted);
  maybe("cancelOnDisconnect", reach.cancel_on_disconnect);
  maybe("ordersPerSecondMax", reach.orders_per_second_max);
  maybe("notionalPerSecondMax", reach.notional_per_second_max);
  want_at_least(section, "ordersPerSecondMax", reach.orders_per_second_max, 1);
  if (reach.notional_per_second_max <= Money{}) section.refuse("notionalPerSecondMax", "must be greater than zero");
  if (reach.address.empty()) return;
  try {
    if (!is_loopback(reach.address) && !reach.unencrypted)
      section.refuse("address", "is not of this machine, and the way to the simulated venue is not encrypted: set unencrypted: true to have it so");
  } catch (const SocketError& error) {
    section.refuse("address", error.what());
  }
}

void read_venue(YamlSection section, Profile& profile) {
  section.fill(profile.venue);
  read_venue_reach(section, profile.venue_reach);
  section.finish();
  if (profile.venue.venue.empty()) section.refuse("venue", "must not be empty");
  want_at_least(section, "latencyMs", profile.venue.latency_ms, 0);
  want_at_least(section, "halfSpreadTicks", profile.venue.half_spread_ticks, 0);
  want_at_least(section, "slippageTicks", profile.venue.slippage_ticks, 0);
  for (const auto& [key, share] : {std::pair{"slippage", profile.venue.slippage}, {"participation", profile.venue.participation},
                                   {"rejectProbability", profile.venue.reject_probability},
                                   {"duplicateProbability", profile.venue.duplicate_probability}})
    if (share < Ratio{} || share > Ratio::whole(1)) section.refuse(key, "must be between 0 and 1");
  profile.account.venue = profile.venue.venue;
}

void read_products(YamlSection& top, const NettingSettings& netting, Profile& profile) {
  for (YamlSection& section : top.list("products")) {
    ProductDefined product;
    section.fill(product, {"minimum_unit", "netting_window_ms", "mid_wait_ms", "mid_age_ms_max"});
    section.finish();
    if (product.product.empty()) section.refuse("product", "must not be empty");
    if (product.lot <= Quantity{}) section.refuse("lot", "must be greater than zero");
    if (product.tick <= Price{}) section.refuse("tick", "must be greater than zero");
    want_at_least(section, "multiplier", product.multiplier, 1);
    for (const ProductDefined& other : profile.products)
      if (other.product == product.product) section.refuse("product", "'" + std::string(product.product.text()) + "' is defined twice");
    product.minimum_unit = profile.account.minimum_unit;
    product.netting_window_ms = netting.window_ms;
    product.mid_wait_ms = netting.mid_wait_ms;
    product.mid_age_ms_max = netting.mid_age_ms_max;
    profile.products.push_back(product);
  }
  if (profile.products.empty()) top.refuse("products", "must name at least one product");
}

NettingSettings read_netting(YamlSection section) {
  NettingSettings netting;
  section.fill(netting);
  section.finish();
  want_at_least(section, "windowMs", netting.window_ms, 0);
  want_at_least(section, "midWaitMs", netting.mid_wait_ms, 0);
  want_at_least(section, "midAgeMsMax", netting.mid_age_ms_max, 0);
  return netting;
}

// The rules that the trading system's document names keep its names; the rest of RiskLimits stands under `limits`.
void read_limits(YamlSection limits, YamlSection picker, RiskLimits& out) {
  limits.fill(out, {"open_positions_max", "sell_requires_long", "allow_short", "reserve_on_open", "reservation_ttl_ms"});
  limits.finish();
  out.open_positions_max = picker.value<std::optional<std::int64_t>>("maxOpenPositions");
  out.sell_requires_long = picker.value<bool>("sellRequiresLong");
  out.allow_short = picker.value<bool>("allowShort");
  out.reserve_on_open = picker.value<bool>("reserveOnOpen");
  out.reservation_ttl_ms = picker.value<std::int64_t>("reservationTtlMs");
  picker.finish();
  want_at_least(limits, "markAgeMsMax", out.mark_age_ms_max, 0);
  want_at_least(limits, "rejectAlertCount", out.reject_alert_count, 1);
  want_at_least(limits, "rejectAlertWindowMs", out.reject_alert_window_ms, 1);
  want_at_least(picker, "reservationTtlMs", out.reservation_ttl_ms, 1);
}

void read_dedupe(YamlSection section) {
  if (section.value<std::int64_t>("ttlDays") != dedupe_days)
    section.refuse("ttlDays", "this build keeps keys hot for " + std::to_string(dedupe_days) + " days; the log keeps them for ever");
  section.finish();
}

void read_supervision(YamlSection section, SupervisionPolicy& policy) {
  section.fill(policy);
  section.finish();
  want_at_least(section, "attemptsMax", policy.attempts_max, 1);
  want_at_least(section, "backoffMs", policy.backoff_ms, 0);
  want_at_least(section, "backoffMsMax", policy.backoff_ms_max, policy.backoff_ms);
  want_at_least(section, "windowMs", policy.window_ms, 1);
  want_at_least(section, "passivateAfterMs", policy.passivate_after_ms, 1);
}

void read_storage(YamlSection section, StorageSettings& storage) {
  section.fill(storage);
  section.finish();
  if (storage.data_directory.empty()) section.refuse("dataDirectory", "must not be empty");
  if (storage.snapshot_every < 1) section.refuse("snapshotEvery", "must be at least 1");
}

// Profiles of data directories that are older than this section do without it.
void read_monitoring(YamlSection section, MonitoringSettings& monitoring) {
  monitoring.export_to = section.value<MonitoringExport>("export");
  monitoring.listen = section.value<std::string>("listen");
  monitoring.top_symbols = section.value<std::uint32_t>("topSymbols");
  section.finish();
  if (monitoring.listen.find(':') == std::string::npos) section.refuse("listen", "must be HOST:PORT");
}

StrategySetting read_strategy_setting(YamlSection section, const std::vector<ProductDefined>& products) {
  StrategySetting setting;
  setting.file = section.value<std::string>("file");
  YamlSection bind = section.section("bind");
  for (const std::string& role : bind.keys()) {
    const auto product = bind.value<ProductId>(role);
    if (std::none_of(products.begin(), products.end(), [&](const ProductDefined& known) { return known.product == product; }))
      bind.refuse(role, "there is no product '" + std::string(product.text()) + "'");
    setting.bind.push_back({role, product});
  }
  if (section.has("parameters")) {
    YamlSection parameters = section.section("parameters");
    for (const std::string& name : parameters.keys()) setting.parameters[name] = parameters.value<ParameterValue>(name);
  }
  section.finish();
  return setting;
}

Profile profile_of(YamlSection top) {
  Profile profile;
  read_account(top.section("account"), profile);
  profile.clock = top.value<ClockChoice>("clock");
  read_venue(top.section("venue"), profile);
  const NettingSettings netting = read_netting(top.section("netting"));
  read_products(top, netting, profile);
  read_limits(top.section("limits"), top.section("tradepicker"), profile.limits);
  read_dedupe(top.section("dedupe"));
  read_supervision(top.section("supervision"), profile.supervision);
  read_storage(top.section("storage"), profile.storage);
  if (top.has("monitoring")) read_monitoring(top.section("monitoring"), profile.monitoring);
  if (top.has("strategies"))
    for (YamlSection& strategy : top.list("strategies"))
      profile.strategies.push_back(read_strategy_setting(std::move(strategy), profile.products));
  if (top.has("feeds")) profile.feeds = read_feed_settings(top, profile.products);
  if (profile.clock == ClockChoice::bars && profile.feeds.size() > 1)
    top.refuse("feeds", "on clock: bars one tape says what time it is: merge them into one, or set clock: live");
  if (top.has("paper")) profile.paper = read_paper_settings(top.section("paper"));
  if (top.has("indicators")) profile.indicators = read_indicator_settings(top, profile.products);
  top.finish();
  return profile;
}

}  // namespace

Profile read_profile_text(const std::string& text, const std::string& name) {
  return profile_of(YamlSection(name, "", yaml_root(text, name)));
}

Profile read_profile(const std::filesystem::path& file) {
  return read_profile_text(yaml_text_of(file), file.string());
}

std::vector<Message> account_configuration(const Profile& profile) {
  std::vector<Message> messages{profile.account};
  messages.insert(messages.end(), profile.products.begin(), profile.products.end());
  return messages;
}

std::vector<Message> venue_configuration(const Profile& profile) {
  std::vector<Message> messages{profile.venue};
  messages.insert(messages.end(), profile.products.begin(), profile.products.end());
  return messages;
}

}  // namespace tally
