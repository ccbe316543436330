// What a node says of the feeds that it follows.
#pragma once

#include <boost/json/object.hpp>

#include "app/feeds/feed_follower.hpp"
#include "gateway/metrics/metric_family.hpp"

namespace tally {

// {"feeds": [{feed, tape, state, trouble, offset, at, counters, products: [...]}]}; times in ns.
boost::json::object feeds_json(const FeedFollowers& feeds);

// Delays of final bars, and whether each tape is read to its end.
std::vector<MetricFamilyOf> feed_metrics(const FeedFollowers& feeds);

}  // namespace tally
