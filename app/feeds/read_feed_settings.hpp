// The section `feeds` of a profile.
#pragma once

#include "app/feeds/feed_setting.hpp"
#include "app/yaml_section.hpp"
#include "messages/configuration.hpp"

namespace tally {

// Throws ProfileError. A product has bars of one feed only.
std::vector<FeedSetting> read_feed_settings(YamlSection& top, const std::vector<ProductDefined>& products);

}  // namespace tally
