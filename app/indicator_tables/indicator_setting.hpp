// Indicators that a profile asks for as tables.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "messages/ids.hpp"

namespace tally {

struct IndicatorSetting {
  ProductId product;
  std::string bars;                  // the timeframe of its bars, e.g. "1m"
  std::vector<std::string> specs;    // "ema(30)"
};
BOOST_DESCRIBE_STRUCT(IndicatorSetting, (), (product, bars, specs))

}  // namespace tally
