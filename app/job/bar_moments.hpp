// Bars that a command line names, in the order in which a feed would bring them.
#pragma once

#include <string>

#include "app/job/bars.hpp"

namespace tally::job {

// Bars that close at the same time.
using Moment = std::vector<Bar>;

// `given`: PRODUCT=FILE or PRODUCT=generate:COUNT:SEED, of these products; of each at most count_max bars. In order of their
// closes. Throws CommandFailed (exit_usage) on what is neither, and what reading a file throws.
std::vector<Moment> moments_of(const std::vector<ProductDefined>& products, const std::vector<std::string>& given,
                               std::size_t count_max);

}  // namespace tally::job
