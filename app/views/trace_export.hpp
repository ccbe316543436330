// Traces that may be shown to anybody: no live symbol, venue, account, person or order id stands in them.
//
// Every name becomes a fixture id, the same one wherever it stands (fixture-intent-001, product-1, ...); numbers of intents
// and batches go with it. Times become seconds since the first record; what somebody wrote in their own words is left out.
#pragma once

#include <boost/json/value.hpp>

#include "app/views/trace.hpp"

namespace tally {

boost::json::value anonymous_traces(const std::vector<IntentTrace>& traces);

// The same as one static page without scripts.
std::string anonymous_page(const std::vector<IntentTrace>& traces);

}  // namespace tally
