#include "app/job/bar_moments.hpp"

#include <algorithm>
#include <charconv>

#include "app/exit_code.hpp"
#include "app/job/bar_file.hpp"
#include "app/job/bar_generator.hpp"

namespace tally::job {
namespace {

ProductDefined product_in(const std::vector<ProductDefined>& products, const std::string& name) {
  for (const ProductDefined& product : products)
    if (product.product.text() == name) return product;
  throw CommandFailed(exit_usage, "--bars: the profile has no product '" + name + "'");
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw CommandFailed(exit_usage, "--bars: '" + text + "' is no number");
  return number;
}

// PRODUCT=FILE, or PRODUCT=generate:COUNT:SEED.
std::vector<BarObserved> bars_of(const std::vector<ProductDefined>& products, const std::string& given, std::size_t count) {
  const std::size_t equals = given.find('=');
  if (equals == std::string::npos)
    throw CommandFailed(exit_usage, "--bars " + given + ": give PRODUCT=FILE or PRODUCT=generate:COUNT:SEED");
  const ProductDefined product = product_in(products, given.substr(0, equals));
  const std::string from = given.substr(equals + 1);
  if (!from.starts_with("generate:")) return read_bars(from, product, count).series.bars;
  const std::size_t colon = from.find(':', 9);
  if (colon == std::string::npos) throw CommandFailed(exit_usage, "--bars " + given + ": give generate:COUNT:SEED");
  const std::uint64_t wanted = number_of(from.substr(9, colon - 9)), seed = number_of(from.substr(colon + 1));
  try {
    return generate_bars(product, seed, std::min<std::size_t>(wanted, count)).bars;
  } catch (const std::invalid_argument& error) {
    throw CommandFailed(exit_usage, std::string("--bars: ") + error.what());
  }
}

}  // namespace

std::vector<Moment> moments_of(const std::vector<ProductDefined>& products, const std::vector<std::string>& given,
                               std::size_t count_max) {
  std::vector<BarObserved> bars;
  for (const std::string& one : given)
    for (BarObserved& bar : bars_of(products, one, count_max)) bars.push_back(std::move(bar));
  std::stable_sort(bars.begin(), bars.end(),
                   [](const BarObserved& a, const BarObserved& b) { return a.closed_at < b.closed_at; });
  std::vector<Moment> moments;
  for (BarObserved& bar : bars) {
    if (moments.empty() || moments.back().front().closed_at != bar.closed_at) moments.emplace_back();
    moments.back().push_back(std::move(bar));
  }
  return moments;
}

}  // namespace tally::job
