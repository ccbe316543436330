// Reads a YAML mapping whose keys are all known and all present.
//
// Promises: every key is asked for or refused; every error says file:line:column, the path of the key, what is wrong, and
// for an unknown key the known one that looks most like it. Values are read from their text, so that a decimal never
// passes through floating point. A struct's fields are read by their described names in camelCase.
#pragma once

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "messages/json_codec.hpp"

namespace tally {

// `what()` is one line: "cfg/default.yaml:12:3: netting.windowms is not a known key; did you mean windowMs?"
struct ProfileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// "position_max" -> "positionMax"
std::string camel_case(std::string_view snake);

class YamlSection {
 public:
  // Throws ProfileError where `node` is no mapping or has a key twice.
  YamlSection(std::string file, std::string path, YAML::Node node);

  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;  // as they stand there
  YamlSection section(std::string_view key);
  std::vector<YamlSection> list(std::string_view key);

  template <class T>
  T value(std::string_view key) {
    const YAML::Node node = take(key);
    T out{};
    read(node, key, out);
    return out;
  }

  // Every described field of `out` except those named, whose keys are somebody else's.
  template <shape::Described T>
  void fill(T& out, const std::set<std::string_view>& except = {}) {
    shape::for_each_member<T>([&](auto member) {
      if (except.contains(member.name)) return;
      const std::string key = camel_case(member.name);
      const YAML::Node node = take(key);
      read(node, key, out.*(member.pointer));
    });
  }

  // Throws on the first key that was not asked for.
  void finish() const;

  [[noreturn]] void refuse(std::string_view key, const std::string& what) const;

 private:
  YAML::Node take(std::string_view key);
  std::string text(const YAML::Node& node, std::string_view key, const char* wanted) const;
  [[noreturn]] void refuse_at(const YAML::Mark& mark, const std::string& what) const;
  std::string path_of(std::string_view key) const;

  template <class T>
  void read(const YAML::Node& node, std::string_view key, T& out) const;

  std::string file_;
  std::string path_;
  YAML::Node node_;
  std::vector<std::string> known_;
};

namespace yaml_text {
bool read_bool(std::string_view text, bool& out);
template <shape::Number N>
bool read_number(std::string_view text, N& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}
}  // namespace yaml_text

template <class T>
void YamlSection::read(const YAML::Node& node, std::string_view key, T& out) const {
  using namespace shape;
  if constexpr (AnyOptional<T>) {  // "none" where nothing is set: leaving a limit out must be said
    if (node.IsNull() || (node.IsScalar() && node.Scalar() == "none")) return out.reset();
    read(node, key, out.emplace());
  } else if constexpr (std::same_as<T, bool>) {
    const std::string said = text(node, key, "true or false");
    if (!yaml_text::read_bool(said, out)) refuse_at(node.Mark(), path_of(key) + ": '" + said + "' is neither true nor false");
  } else if constexpr (Number<T>) {
    const std::string said = text(node, key, "a whole number");
    if (!yaml_text::read_number(said, out)) refuse_at(node.Mark(), path_of(key) + ": '" + said + "' is not a whole number in range");
  } else if constexpr (Enumeration<T>) {
    const std::string said = text(node, key, "a name");
    if (boost::describe::enum_from_string(said.c_str(), out)) return;
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto e) { names += names.empty() ? e.name : std::string(", ") + e.name; });
    refuse_at(node.Mark(), path_of(key) + ": '" + said + "' is not one of " + names);
  } else if constexpr (std::same_as<T, Time>) {
    read(node, key, out.ns);
  } else if constexpr (Sequence<T>) {
    if (!node.IsSequence()) refuse_at(node.Mark(), path_of(key) + " must be a list");
    for (const YAML::Node& element : node) read(element, key, out.emplace_back());
  } else if constexpr (TextLike<T>) {
    const std::string said = text(node, key, "text");
    try {
      out = json_codec::parse_text<T>(said);
    } catch (const DecimalError& error) {
      refuse_at(node.Mark(), path_of(key) + ": " + error.what());
    } catch (const NameError& error) {
      refuse_at(node.Mark(), path_of(key) + ": '" + said + "': " + error.what());
    }
  } else {
    static_assert(Described<T>);
    YamlSection inner(file_, path_of(key), node);
    inner.fill(out);
    inner.finish();
  }
}

}  // namespace tally
