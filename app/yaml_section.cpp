#include "app/yaml_section.hpp"

#include <algorithm>
#include <cctype>

namespace tally {
namespace {

// Levenshtein's distance, letters compared without case.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(a[i - 1])) == std::tolower(static_cast<unsigned char>(b[j - 1]));
      const std::size_t changed = diagonal + (same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string closest(std::string_view key, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string& candidate : known)
    if (const std::size_t d = distance(key, candidate); d < least) {
      least = d;
      best = candidate;
    }
  return best;
}

}  // namespace

bool yaml_text::read_bool(std::string_view text, bool& out) {
  out = text == "true";
  return text == "true" || text == "false";
}

std::string camel_case(std::string_view snake) {
  std::string camel;
  for (std::size_t i = 0; i < snake.size(); ++i) {
    if (snake[i] == '_' && i + 1 < snake.size()) camel += static_cast<char>(std::toupper(static_cast<unsigned char>(snake[++i])));
    else camel += snake[i];
  }
  return camel;
}

YamlSection::YamlSection(std::string file, std::string path, YAML::Node node)
    : file_(std::move(file)), path_(std::move(path)), node_(std::move(node)) {
  const std::string name = path_.empty() ? "the profile" : path_;
  if (!node_.IsMap()) refuse_at(node_.Mark(), name + " must be a mapping of keys to values");
  std::set<std::string> seen;
  for (const auto& pair : node_) {
    if (!pair.first.IsScalar()) refuse_at(pair.first.Mark(), name + " has a key that is no name");
    if (!seen.insert(pair.first.Scalar()).second)
      refuse_at(pair.first.Mark(), path_of(pair.first.Scalar()) + " stands there twice");
  }
}

bool YamlSection::has(std::string_view key) const {
  return static_cast<bool>(node_[std::string(key)]);
}

std::vector<std::string> YamlSection::keys() const {
  std::vector<std::string> names;
  for (const auto& pair : node_) names.push_back(pair.first.Scalar());
  return names;
}

YamlSection YamlSection::section(std::string_view key) {
  return YamlSection(file_, path_of(key), take(key));
}

std::vector<YamlSection> YamlSection::list(std::string_view key) {
  const YAML::Node node = take(key);
  if (!node.IsSequence()) refuse_at(node.Mark(), path_of(key) + " must be a list");
  std::vector<YamlSection> sections;
  for (const YAML::Node& element : node)
    sections.emplace_back(file_, path_of(key) + '[' + std::to_string(sections.size()) + ']', element);
  return sections;
}

void YamlSection::finish() const {
  for (const auto& pair : node_) {
    const std::string& key = pair.first.Scalar();
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string like = closest(key, known_);
    refuse_at(pair.first.Mark(), path_of(key) + " is not a known key" + (like.empty() ? "" : "; did you mean " + like + "?"));
  }
}

void YamlSection::refuse(std::string_view key, const std::string& what) const {
  const YAML::Node node = node_[std::string(key)];
  refuse_at(node ? node.Mark() : node_.Mark(), path_of(key) + ": " + what);
}

// A misspelt key is both unknown and missing: the spelling is the better message.
YAML::Node YamlSection::take(std::string_view key) {
  known_.emplace_back(key);
  const YAML::Node node = node_[known_.back()];
  if (node) return node;
  for (const auto& pair : node_) {
    const std::string& said = pair.first.Scalar();
    if (closest(said, {std::string(key)}).empty() || distance(said, key) > 2) continue;
    if (std::find(known_.begin(), known_.end(), said) == known_.end())
      refuse_at(pair.first.Mark(), path_of(said) + " is not a known key; did you mean " + std::string(key) + "?");
  }
  refuse_at(node_.Mark(), path_of(key) + " is missing");
}

std::string YamlSection::text(const YAML::Node& node, std::string_view key, const char* wanted) const {
  if (!node.IsScalar()) refuse_at(node.Mark(), path_of(key) + " must be " + wanted);
  return node.Scalar();
}

void YamlSection::refuse_at(const YAML::Mark& mark, const std::string& what) const {
  std::string where = file_;
  if (!mark.is_null()) where += ':' + std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1);
  throw ProfileError(where + ": " + what);
}

std::string YamlSection::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

}  // namespace tally
