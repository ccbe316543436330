#include "app/feeds/feed_view.hpp"

#include <boost/json.hpp>

#include "app/commands/counters.hpp"
#include "messages/shape.hpp"

namespace tally {
namespace {

namespace json = boost::json;

json::object json_of_feed(const FeedStatus& status) {
  json::array products;
  for (const FeedProduct& setting : status.setting.products) {
    json::object row{{"product", setting.product.text()}, {"seen_as", setting.seen_as.text()}, {"bars", setting.bars},
                     {"from", shape::enumerator_name(setting.from)}};
    if (const auto it = status.delays.find(setting.product); it != status.delays.end()) {
      const BarDelay& of = it->second;
      row["newest"] = of.closed_at.ns;
      row["shown"] = of.bars;
      row["within_5s"] = of.within_5s;
      row["delay_ns"] = of.last_ns;
      row["longest_delay_ns"] = of.longest_ns;
    }
    products.push_back(std::move(row));
  }
  return {{"feed", status.setting.feed}, {"tape", status.setting.tape}, {"state", shape::enumerator_name(status.state)},
          {"trouble", status.trouble}, {"offset", status.offset}, {"at", status.at.ns},
          {"counters", json_of_counters(status.counters)}, {"products", std::move(products)}};
}

}  // namespace

json::object feeds_json(const FeedFollowers& feeds) {
  json::array rows;
  for (const auto& feed : feeds) rows.push_back(json_of_feed(feed->status()));
  return {{"feeds", std::move(rows)}};
}

std::vector<MetricFamilyOf> feed_metrics(const FeedFollowers& feeds) {
  using Kind = MetricFamilyOf::Kind;
  MetricFamilyOf final_bars{"tally_final_bars_total", "Final bars that a feed brought", Kind::counter, {}};
  MetricFamilyOf in_time{"tally_final_bars_within_5s_total", "Of these, those within 5 s of their close", Kind::counter, {}};
  MetricFamilyOf delay{"tally_final_bar_delay_seconds", "From the newest final bar's close until it was judged", Kind::gauge, {}};
  MetricFamilyOf live{"tally_feed_live", "1 where a feed's tape is read to its end", Kind::gauge, {}};
  for (const auto& feed : feeds) {
    const FeedStatus status = feed->status();
    live.samples.push_back({{{"feed", status.setting.feed}}, status.state == FeedState::live ? 1.0 : 0.0});
    for (const auto& [product, of] : status.delays) {
      const std::vector<std::pair<std::string, std::string>> labels{{"feed", status.setting.feed},
                                                                    {"symbol", std::string(product.text())}};
      final_bars.samples.push_back({labels, static_cast<double>(of.bars)});
      in_time.samples.push_back({labels, static_cast<double>(of.within_5s)});
      delay.samples.push_back({labels, static_cast<double>(of.last_ns) / 1e9});
    }
  }
  return {final_bars, in_time, delay, live};
}

}  // namespace tally
