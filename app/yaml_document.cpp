#include "app/yaml_document.hpp"

#include <fstream>
#include <sstream>

#include "app/yaml_section.hpp"

namespace tally {

std::string yaml_text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  if (!in || !(text << in.rdbuf())) throw ProfileError(file.string() + ": cannot be read");
  return text.str();
}

YAML::Node yaml_root(const std::string& text, const std::string& name) {
  try {
    return YAML::Load(text);
  } catch (const YAML::ParserException& error) {
    throw ProfileError(name + ':' + std::to_string(error.mark.line + 1) + ':' + std::to_string(error.mark.column + 1) + ": is no YAML: " +
                       error.msg);
  }
}

}  // namespace tally
