#include "app/strategies/strategy_file.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

#include "actors/bars/timeframe.hpp"
#include "actors/indicators/nearest_name.hpp"
#include "app/strategies/scalar_place.hpp"

namespace tally {
namespace {

using strategy::Mistake;

// Where each scalar of a definition stands.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    line_begins_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') line_begins_.push_back(i + 1);
  }

  void note(const std::string& place, const YAML::Node& node) {
    places_[place] = {position_of(node.Mark()), node.IsScalar() ? node.Scalar() : std::string()};
  }
  TextPlace at(const YAML::Mark& mark) const { return place_of(text_, position_of(mark)); }
  // Of the scalar, or of what holds it where it is not there.
  TextPlace of(const Mistake& mistake) const {
    for (std::string place = mistake.place; !place.empty(); place.resize(std::min(place.find_last_of(".["), place.size()))) {
      const auto found = places_.find(place);
      if (found == places_.end()) {
        if (place.find_first_of(".[") == std::string::npos) break;
        continue;
      }
      const std::size_t offset = place == mistake.place ? mistake.offset : 0;
      return place_of(text_, position_in(text_, found->second.begin, found->second.value, offset));
    }
    return {};
  }

 private:
  struct Scalar {
    std::size_t begin;
    std::string value;
  };
  std::size_t position_of(const YAML::Mark& mark) const {
    if (mark.is_null()) return 0;
    return line_begins_[std::min<std::size_t>(mark.line, line_begins_.size() - 1)] + mark.column;
  }

  std::string_view text_;
  std::vector<std::size_t> line_begins_;
  std::map<std::string, Scalar> places_;
};

struct Key {
  const char* name;
  bool required;
};

class Reader {
 public:
  Reader(const std::string& text, std::vector<FileMistake>& found) : places_(text), found_(found) {}

  StrategyDefinition read(const YAML::Node& root) {
    map(root, "", {{"strategy", true}, {"description", false}, {"universe", true}, {"timeframes", true}, {"parameters", false},
                   {"indicators", false}, {"rules", true}, {"rate_limit", false}},
        [&](const std::string& key, const YAML::Node& node) {
          if (key == "strategy") name(node);
          else if (key == "description") scalar(node, key);
          else if (key == "universe") definition_.roles = list(node, key);
          else if (key == "timeframes") timeframes(node);
          else if (key == "parameters")
            each(node, key, [&](const std::string& of, const YAML::Node& value) { parameter(of, value); });
          else if (key == "indicators")
            each(node, key, [&](const std::string& of, const YAML::Node& value) {
              definition_.indicators.push_back({of, scalar(value, "indicators." + of)});
            });
          else if (key == "rules") each(node, key, [&](const std::string& of, const YAML::Node& value) { rules(of, value); });
          else rate_limit(node);
        });
    return std::move(definition_);
  }

  const Places& places() const { return places_; }

 private:
  void wrong(const YAML::Mark& mark, std::string problem, std::string suggestion = {}) {
    const TextPlace place = places_.at(mark);
    found_.push_back({place.line, place.column, std::move(problem), std::move(suggestion)});
  }

  // Every pair of a mapping, once.
  template <class Take>
  void each(const YAML::Node& node, const std::string& path, const Take& take) {
    const std::string name = path.empty() ? "a strategy" : path;
    if (!node.IsMap()) return wrong(node.Mark(), name + " must be a mapping of names to values");
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) wrong(pair.first.Mark(), name + " has a key that is no name");
      else if (const std::string key = pair.first.Scalar(); !seen.insert(key).second)
        wrong(pair.first.Mark(), "'" + key + "' stands there twice");
      else {
        places_.note(path.empty() ? key : path + '.' + key, pair.first);  // a scalar notes itself instead
        take(key, pair.second);
      }
    }
  }

  // A mapping of known keys.
  template <class Take>
  void map(const YAML::Node& node, const std::string& path, const std::vector<Key>& keys, const Take& take) {
    std::vector<std::string_view> known;
    for (const Key& key : keys) known.push_back(key.name);
    std::set<std::string> met;
    each(node, path, [&](const std::string& key, const YAML::Node& value) {
      if (std::find(known.begin(), known.end(), key) != known.end()) {
        met.insert(key);
        return take(key, value);
      }
      const std::string nearest = indicators::nearest_name(key, known);
      met.insert(nearest);  // misspelt is not missing as well
      for (const auto& pair : node)
        if (pair.first.IsScalar() && pair.first.Scalar() == key)
          wrong(pair.first.Mark(), "'" + key + "' is not a known key", nearest);
    });
    if (!node.IsMap()) return;
    for (const Key& key : keys)
      if (key.required && !met.contains(key.name))
        wrong(node.Mark(), "'" + (path.empty() ? "" : path + '.') + key.name + "' is missing");
  }

  std::string scalar(const YAML::Node& node, const std::string& path) {
    places_.note(path, node);
    if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
    wrong(node.Mark(), path + " must be a text or a number");
    return {};
  }
  std::vector<std::string> list(const YAML::Node& node, const std::string& path) {
    places_.note(path, node);
    std::vector<std::string> all;
    if (!node.IsSequence()) return wrong(node.Mark(), path + " must be a list"), all;
    for (const YAML::Node& element : node) all.push_back(scalar(element, path + '[' + std::to_string(all.size()) + ']'));
    return all;
  }

  void name(const YAML::Node& node) {
    const std::string text = scalar(node, "strategy");
    try {
      definition_.strategy = SignalSourceId(text);
    } catch (const NameError& error) {
      wrong(node.Mark(), "'" + text + "' is no name: " + error.what());
    }
  }

  void timeframes(const YAML::Node& node) {
    map(node, "timeframes", {{"anchor", true}, {"coarser", false}, {"zone", false}},
        [&](const std::string& key, const YAML::Node& value) {
          if (key == "anchor")
            definition_.anchor = scalar(value, "timeframes.anchor");
          else if (key == "zone")
            definition_.zone = scalar(value, "timeframes.zone");
          else
            definition_.timeframes = list(value, "timeframes.coarser");
        });
  }

  ParameterValue number(const YAML::Node& node, const std::string& path) {
    const std::string text = scalar(node, path);
    if (text.empty()) return {};
    try {
      return ParameterValue::parse(text);
    } catch (const DecimalError& error) {
      wrong(node.Mark(), path + ": '" + text + "' is no decimal number of at most nine decimals");
      return {};
    }
  }

  void parameter(const std::string& of, const YAML::Node& node) {
    const std::string path = "parameters." + of;
    StrategyParameter read{of, {}, {}, {}};
    map(node, path, {{"default", true}, {"min", true}, {"max", true}}, [&](const std::string& key, const YAML::Node& value) {
      (key == "default" ? read.value : key == "min" ? read.minimum : read.maximum) = number(value, path + '.' + key);
    });
    definition_.parameters.push_back(std::move(read));
  }

  void rules(const std::string& of, const YAML::Node& node) {
    const std::string path = "rules." + of;
    StrategyRules read;
    read.role = of;
    map(node, path,
        {{"long", false},
         {"short", false},
         {"exit", false},
         {"flat", false},
         {"stop_loss_ratio", false},
         {"size_hint", false},
         {"confidence", false}},
        [&](const std::string& key, const YAML::Node& value) {
          const std::string text = scalar(value, path + '.' + key);
          if (key == "long")
            read.long_when = text;
          else if (key == "short")
            read.short_when = text;
          else if (key == "exit")
            read.exit_when = text;
          else if (key == "flat")
            read.flat_when = text;
          else if (key == "stop_loss_ratio")
            read.stop_loss_ratio = text;
          else if (key == "size_hint")
            read.size_hint = text;
          else
            read.confidence = text;
        });
    definition_.rules.push_back(std::move(read));
  }

  void rate_limit(const YAML::Node& node) {
    map(node, "rate_limit", {{"openings", true}, {"per", true}}, [&](const std::string& key, const YAML::Node& value) {
      const std::string path = "rate_limit." + key, text = scalar(value, path);
      if (text.empty()) return;
      if (key == "per") {
        try {
          definition_.rate_limit.per_ns = bars::length_of(text);
        } catch (const bars::TimeframeError& error) {
          wrong(value.Mark(), error.what());
        }
        return;
      }
      const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), definition_.rate_limit.openings);
      if (code != std::errc() || end != text.data() + text.size() || definition_.rate_limit.openings == 0 ||
          definition_.rate_limit.openings > 100'000)
        wrong(value.Mark(), "'" + text + "' is no whole number from 1 to 100000");
    });
  }

  Places places_;
  std::vector<FileMistake>& found_;
  StrategyDefinition definition_;
};

YAML::Node parsed_yaml(const std::string& text, const std::string& file) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) throw StrategyFileError(file, {{1, 1, "a strategy is a mapping of keys to values", {}}});
    return root;
  } catch (const YAML::ParserException& error) {
    throw StrategyFileError(file, {{static_cast<std::size_t>(error.mark.line) + 1,
                                    static_cast<std::size_t>(error.mark.column) + 1,
                                    "no YAML: " + error.msg,
                                    {}}});
  }
}

}  // namespace

StrategyFileError::StrategyFileError(std::string of_file, std::vector<FileMistake> all_found)
    : std::runtime_error(of_file + ':' + std::to_string(all_found.front().line) + ':' + std::to_string(all_found.front().column) +
                         ": " + all_found.front().problem),
      file(std::move(of_file)),
      found(std::move(all_found)) {
  std::stable_sort(found.begin(), found.end(), [](const FileMistake& a, const FileMistake& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
}

std::string StrategyFileError::text(const FileMistake& mistake) const {
  return file + ':' + std::to_string(mistake.line) + ':' + std::to_string(mistake.column) + ": " + mistake.problem +
         (mistake.suggestion.empty() ? "" : "; did you mean '" + mistake.suggestion + "'?");
}

StrategyDefinition read_strategy(const std::string& text, const std::string& file) {
  const YAML::Node root = parsed_yaml(text, file);
  std::vector<FileMistake> found;
  Reader reader(text, found);
  StrategyDefinition definition = reader.read(root);
  if (!found.empty()) throw StrategyFileError(file, std::move(found));
  return definition;
}

strategy::ProgramPtr load_strategy(const std::string& text, const std::string& file, const ParameterChoices& choices) {
  const YAML::Node root = parsed_yaml(text, file);
  std::vector<FileMistake> found;
  Reader reader(text, found);
  StrategyDefinition definition = reader.read(root);
  if (!found.empty()) throw StrategyFileError(file, std::move(found));
  try {
    return strategy::compile(strategy::bind(std::move(definition), choices));
  } catch (const strategy::Mistakes& mistakes) {
    for (const Mistake& mistake : mistakes.found) {
      const TextPlace place = reader.places().of(mistake);
      found.push_back({place.line, place.column, mistake.problem, mistake.suggestion});
    }
    throw StrategyFileError(file, std::move(found));
  }
}

strategy::ProgramPtr load_strategy_file(const std::string& file, const ParameterChoices& choices) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  if (in) text << in.rdbuf();
  if (!in || !text) throw StrategyFileError(file, {{1, 1, "cannot be read", {}}});
  return load_strategy(text.str(), file, choices);
}

}  // namespace tally
