#include "app/indicator_tables/read_indicator_settings.hpp"

#include <algorithm>
#include <tuple>

#include "actors/bars/timeframe.hpp"
#include "actors/indicators/spec.hpp"

namespace tally {

std::vector<IndicatorSetting> read_indicator_settings(YamlSection& top, const std::vector<ProductDefined>& products) {
  std::vector<IndicatorSetting> settings;
  std::set<std::tuple<ProductId, std::string, std::string>> taken;
  for (YamlSection& section : top.list("indicators")) {
    IndicatorSetting setting;
    section.fill(setting);
    section.finish();
    const auto is_it = [&](const ProductDefined& known) { return known.product == setting.product; };
    if (std::none_of(products.begin(), products.end(), is_it))
      section.refuse("product", "there is no product '" + std::string(setting.product.text()) + "'");
    try {
      bars::Timeframe::parse(setting.bars);
    } catch (const bars::TimeframeError& error) {
      section.refuse("bars", error.what());
    }
    if (setting.specs.empty()) section.refuse("specs", "must name at least one indicator");
    for (const std::string& text : setting.specs) {
      try {
        for (const std::string& column : indicators::Spec::parse(text).columns())
          if (!taken.emplace(setting.product, setting.bars, column).second)
            section.refuse("specs", "'" + text + "': column " + column + " is there twice");
      } catch (const indicators::SpecError& error) {
        section.refuse("specs", "'" + text + "': " + error.what());
      }
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace tally
