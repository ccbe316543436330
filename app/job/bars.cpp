#include "app/job/bars.hpp"

#include <stdexcept>

namespace tally::job {
namespace {

ProductDefined define(std::string_view name, const char* lot, const char* tick) {
  ProductDefined product;
  product.product = ProductId(name);
  product.lot = Quantity::parse(lot);
  product.tick = Price::parse(tick);
  product.minimum_unit = Money::parse("0.01");
  return product;
}

}  // namespace

std::vector<ProductDefined> default_products() {
  return {define("BTC-USD", "0.001", "0.01"), define("EUR-USD", "1000", "0.00001"), define("SPY", "1", "0.01")};
}

ProductDefined product_of(std::string_view name) {
  for (const ProductDefined& product : default_products())
    if (product.product.text() == name) return product;
  throw std::invalid_argument("unknown product '" + std::string(name) + "': the job trades BTC-USD, EUR-USD and SPY");
}

void lay_on_grid(std::vector<Series>& series, Time start) {
  for (Series& one : series) {
    Time opened = start;
    for (Bar& bar : one.bars) {
      bar.opened_at = opened;
      opened = opened + ns_per_minute;
      bar.closed_at = opened;
    }
  }
}

}  // namespace tally::job
