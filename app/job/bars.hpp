// Minute bars as the job drives them, and what it must know of a product to trade it.
#pragma once

#include <vector>

#include "messages/configuration.hpp"

namespace tally::job {

using Bar = BarObserved;

// All bars of one product, in order of time.
struct Series {
  ProductDefined product;
  std::vector<Bar> bars;
};

// The three products that the job trades: BTC-USD, EUR-USD and SPY.
ProductDefined product_of(std::string_view name);  // throws std::invalid_argument on another name
std::vector<ProductDefined> default_products();

// Puts every series on one grid of minutes that begins at `start`: bar k of each closes at start + (k + 1) minutes.
// Prices and volumes stay what they are. Recorded files are of different years and have gaps; on one grid they can be
// traded side by side in one account.
void lay_on_grid(std::vector<Series>& series, Time start);

// 2024-01-02T00:00:00Z.
inline constexpr Time default_start{1'704'153'600 * ns_per_s};
inline constexpr std::int64_t ns_per_minute = 60 * ns_per_s;

}  // namespace tally::job
