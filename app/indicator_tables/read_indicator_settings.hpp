// The section `indicators` of a profile.
#pragma once

#include "app/indicator_tables/indicator_setting.hpp"
#include "app/yaml_section.hpp"
#include "messages/configuration.hpp"

namespace tally {

// Throws ProfileError. No column of a product and timeframe is there twice.
std::vector<IndicatorSetting> read_indicator_settings(YamlSection& top, const std::vector<ProductDefined>& products);

}  // namespace tally
