#include "app/feeds/read_feed_settings.hpp"

#include <algorithm>

#include "actors/bars/timeframe.hpp"

namespace tally {
namespace {

bool is_feed_name(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), allowed);
}

FeedProduct read_feed_product(YamlSection section, const std::vector<ProductDefined>& products) {
  FeedProduct product;
  section.fill(product);
  section.finish();
  const auto is_it = [&](const ProductDefined& known) { return known.product == product.product; };
  if (std::none_of(products.begin(), products.end(), is_it))
    section.refuse("product", "there is no product '" + std::string(product.product.text()) + "'");
  if (product.seen_as.empty()) section.refuse("seenAs", "must not be empty");
  try {
    bars::Timeframe::parse(product.bars);
  } catch (const bars::TimeframeError& error) {
    section.refuse("bars", error.what());
  }
  return product;
}

}  // namespace

std::vector<FeedSetting> read_feed_settings(YamlSection& top, const std::vector<ProductDefined>& products) {
  std::vector<FeedSetting> feeds;
  std::vector<ProductId> taken;
  for (YamlSection& section : top.list("feeds")) {
    FeedSetting feed;
    section.fill(feed, {"products"});
    for (YamlSection& one : section.list("products")) {
      feed.products.push_back(read_feed_product(one, products));
      const FeedProduct& product = feed.products.back();
      if (std::find(taken.begin(), taken.end(), product.product) != taken.end())
        one.refuse("product", "'" + std::string(product.product.text()) + "' has bars of a feed already");
      taken.push_back(product.product);
      for (const FeedProduct& other : feed.products)
        if (&other != &product && other.seen_as == product.seen_as) one.refuse("seenAs", "is another product already");
    }
    section.finish();
    if (!is_feed_name(feed.feed)) section.refuse("feed", "must be letters, digits, '-', '_' and '.', at most 63");
    if (feed.tape.empty()) section.refuse("tape", "must not be empty");
    if (feed.lateness_ms < 0 || feed.lateness_ms > 3'600'000) section.refuse("latenessMs", "must be between 0 and 3600000");
    if (feed.products.empty()) section.refuse("products", "must name at least one product");
    for (const FeedSetting& other : feeds)
      if (other.feed == feed.feed) section.refuse("feed", "'" + feed.feed + "' is there twice");
    feeds.push_back(std::move(feed));
  }
  return feeds;
}

}  // namespace tally
