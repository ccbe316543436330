// A YAML text as the root of what is read from it; every error is a ProfileError, one line with its place.
#pragma once

#include <filesystem>
#include <string>

namespace YAML {
class Node;
}

namespace tally {

// The file's text. Throws ProfileError where it cannot be read.
std::string yaml_text_of(const std::filesystem::path& file);

// `name` stands in front of the line and column of what is no YAML.
YAML::Node yaml_root(const std::string& text, const std::string& name);

}  // namespace tally
